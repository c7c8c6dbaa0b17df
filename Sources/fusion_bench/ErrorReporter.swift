import Foundation
import FusionCore
import HydraConfig
import MPIModule

/// Writes why the command failed: any details first, then the one line that scripts look at.
final class ErrorReporter {
  private var hasReported = false

  /// Writes the error, unless one was written.
  func report(_ error: any Error) {
    guard !hasReported else { return }
    hasReported = true
    if error is CommandLineError { Log.text(CommandLineUsage.usage(program: "fusion_bench") + "\n") }
    let lines = "\(error)".split(separator: "\n", omittingEmptySubsequences: true)
    if lines.count > 1 { Log.text(lines.joined(separator: "\n") + "\n") }
    // The second line of a configuration error says what to do.
    let sentences = lines.prefix(2).map { line in
      line.last.map { ".:".contains($0) } == true ? line.dropLast() : line
    }
    Log.line("error: \(sentences.joined(separator: ". "))")
  }

  /// What happens to errors while MPI runs: those that all ranks know of are rank 0's to tell,
  /// any other is told by its rank before the job is ended.
  var policy: MPIErrorPolicy {
    MPIErrorPolicy(
      isAgreed: { $0 is AgreedError },
      reportAgreed: { error, rank in if rank == 0 { self.report(error) } },
      reportFatal: { error, rank in
        // Where several ranks fail at once the lowest speaks: it ends the job before the others do.
        Thread.sleep(forTimeInterval: 0.25 * Double(min(rank, 8)))
        Log.line("error: rank \(rank): \(error)")
        return exitStatus(of: error)
      })
  }
}
