import Foundation
import FusionMPI
import FusionTestSupport
import MPIModule

/// Runs the contract of `Fabric` on the processes that mpirun started; the exit status says.
@main
enum FabricWorker {
  static func main() {
    do {
      try withMPI { communicator in try checkFabric(try MPIFabric(communicator)) }
    } catch {
      exit(1)
    }
  }
}
