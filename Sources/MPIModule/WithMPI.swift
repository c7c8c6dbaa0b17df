import Foundation
internal import CMPI

/// Runs `body` inside MPI, on a communicator over all processes that the launcher started.
///
/// MPI is initialised for one thread that makes all calls: the one that calls this function, which
/// can be called once per process. The communicator is a duplicate of the world; MPI calls on it
/// throw their errors. When `body` returns, MPI is finalized and the value returned.
///
/// An error that `policy.isAgreed` accepts, because every rank throws it, is reported by
/// `policy.reportAgreed` and thrown on after MPI was finalized in order. For any other error
/// `policy.reportFatal` writes one line, and the whole job is ended by `MPI_Abort`: this function
/// then does not return.
///
/// Call it only where `MPILauncher.detect` found a launcher. If that launcher belongs to another
/// MPI library than the one linked, every process reports and throws `MPIError.foreignLauncher`,
/// with the rank that its launcher gave it.
///
/// This method needs to be called on all processes of the communicator. Failing to do so will cause
/// your program to stall forever.
///
/// - Throws: the agreed error of `body`, `MPIError.foreignLauncher` or `MPIError.threadLevel`, all
///   of them reported; not reported is `MPIError.alreadyStarted`.
public func withMPI<Value>(
  launcher: MPILauncher? = MPILauncher.detect(),
  onError policy: MPIErrorPolicy = .abortOnAny,
  _ body: (Communicator) throws -> Value
) throws -> Value {
  guard cmpi_current_state() == CMPI_NOT_INITIALIZED else { throw MPIError.alreadyStarted }
  var level: Int32 = 0
  try check("MPI_Init_thread", rank: launcher?.rank ?? 0, cmpi_init_funneled(&level))
  let outcome = try outcome(
    threadLevel: MPIThreadLevel(rawValue: level) ?? .single, launcher: launcher, onError: policy,
    body)
  try check("MPI_Finalize", rank: launcher?.rank ?? 0, cmpi_finalize())
  return try outcome.get()
}

/// The value or the reported error of `body`, with the world's communicator released again.
private func outcome<Value>(
  threadLevel: MPIThreadLevel, launcher: MPILauncher?, onError policy: MPIErrorPolicy,
  _ body: (Communicator) throws -> Value
) throws -> Result<Value, any Error> {
  let world = try Communicator.duplicateOfWorld()
  do {
    try checkWorld(size: world.size, threadLevel: threadLevel, launcher: launcher)
  } catch {
    // Every process finds the same, but each may be alone: there is nothing to wait for the
    // report of rank 0 with, only time.
    let rank = launcher?.rank ?? world.rank
    if rank != 0 { Thread.sleep(forTimeInterval: 0.5) }
    policy.reportAgreed(error, rank)
    return .failure(error)
  }
  do {
    return .success(try body(world))
  } catch {
    guard policy.isAgreed(error) else { abortMPI(code: policy.reportFatal(error, world.rank)) }
    policy.reportAgreed(error, world.rank)
    // No rank ends before all have reported.
    try world.barrier()
    return .failure(error)
  }
}

/// Throws if threads are not allowed, or if each process is a world of its own because the
/// launcher speaks the language of another MPI.
private func checkWorld(size: Int, threadLevel: MPIThreadLevel, launcher: MPILauncher?) throws {
  guard threadLevel >= .funneled else {
    throw MPIError.threadLevel(
      needed: .funneled, provided: threadLevel, library: try MPILibrary.name())
  }
  if let launcher, let launched = launcher.size, launched > 1, size == 1 {
    throw MPIError.foreignLauncher(launcher, library: try MPILibrary.name())
  }
}
