import FusionCore
import MPIModule

/// Writes the one line that says why the command failed.
final class ErrorReporter {
  private var hasReported = false

  /// Writes the line, unless one was written.
  func report(_ error: any Error) {
    guard !hasReported else { return }
    hasReported = true
    Log.line("error: \(error)")
  }

  /// What happens to errors while MPI runs: those that all ranks know of are rank 0's to tell,
  /// any other is told by its rank before the job is ended.
  var policy: MPIErrorPolicy {
    MPIErrorPolicy(
      isAgreed: { $0 is AgreedError },
      reportAgreed: { error, rank in if rank == 0 { self.report(error) } },
      reportFatal: { error, rank in
        Log.line("error: rank \(rank): \(error)")
        return exitStatus(of: error)
      })
  }
}
