import Foundation
import FusionCore
import FusionMPI
import MPIModule

/// The command `fusion_bench`.
@main
enum FusionBenchMain {
  static func main() {
    let launcher = MPILauncher.detect()
    let reporter = ErrorReporter()
    do {
      let command = try Command(Array(CommandLine.arguments.dropFirst()))
      if command.onlyPrints {
        // Nothing is shared, so MPI is not needed: the first rank prints for all.
        if launcher?.rank ?? 0 == 0 { print(try command.text(), terminator: "") }
      } else if let launcher {
        try withMPI(launcher: launcher, onError: reporter.policy) { communicator in
          try command.run(in: try MPIFabric(communicator))
        }
      } else {
        try command.run(in: LocalFabric())
      }
    } catch {
      if launcher?.rank ?? 0 == 0 { reporter.report(error) }
      exit(exitStatus(of: error))
    }
  }
}
