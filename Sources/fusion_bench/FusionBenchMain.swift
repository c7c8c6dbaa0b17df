import Foundation
import FusionCore
import FusionMPI
import MPIModule

/// The command `fusion_bench`.
@main
enum FusionBenchMain {
  static func main() {
    let launcher = MPILauncher.detect()
    Interruption.watch(isFirst: launcher?.rank ?? 0 == 0)
    let reporter = ErrorReporter()
    do {
      let arguments = Array(CommandLine.arguments.dropFirst())
      let command = try job(arguments)
      if command.onlyPrints {
        // Nothing is shared, so MPI is not needed: the first rank prints for all.
        if launcher?.rank ?? 0 == 0 { try StandardOutput.write(try command.text()) }
      } else if let launcher {
        try withMPI(launcher: launcher, onError: reporter.policy) { communicator in
          try command.run(in: try MPIFabric(communicator))
        }
      } else {
        try command.run(in: LocalFabric())
      }
    } catch {
      let isFirst = launcher?.rank ?? 0 == 0
      if isFirst { reporter.report(error) }
      // Launchers end the job at the first status that is not 0. Where MPI was not started every
      // rank fails alike, and rank 0 gets the time to be the one that ends it, with its line.
      if !isFirst && !reporter.hasSeenMPI { Thread.sleep(forTimeInterval: 2) }
      exit(exitStatus(of: error))
    }
  }

  /// What the arguments ask for.
  private static func job(_ arguments: [String]) throws -> any CommandLineJob {
    if let subcommand = try Subcommand(arguments) { return subcommand }
    if let plan = try PlanCommand(arguments) { return plan }
    return try Command(arguments)
  }
}
