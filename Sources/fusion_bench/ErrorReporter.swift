import Foundation
import FusionCore
import HydraConfig
import MPIModule

/// Writes why the command failed: any details first, then the one line that scripts look at.
final class ErrorReporter {
  private var hasReported = false
  /// Whether an error came while MPI ran, so that all ranks have met.
  private(set) var hasSeenMPI = false

  /// Writes the error, unless one was written.
  func report(_ error: any Error) {
    guard !hasReported else { return }
    hasReported = true
    Interruption.silence()
    if error is CommandLineError {
      Log.text(CommandLineUsage.usage(program: "fusion_bench") + "\n")
    }
    let text = "\(error)"
    if text.contains(where: \.isNewline) { Log.text(text + "\n") }
    Log.line("error: \(Self.summary(of: text))", level: .error)
  }

  /// One line of a message of several, such as Hydra's: its sentences, with the options that it
  /// lists behind the sentence that announces them.
  static func summary(of text: String) -> String {
    var sentences: [String] = []
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("Config search path") { break }
      if line.hasPrefix("\t"), let sentence = sentences.popLast() {
        sentences.append(sentence + (sentence.hasSuffix(":") ? " " : ", ") + line.dropFirst())
      } else if !line.hasPrefix("    ") {
        sentences.append(String(line))
      }
    }
    return sentences.map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }.joined(separator: ". ")
  }

  /// What happens to errors while MPI runs: those that all ranks know of are rank 0's to tell,
  /// any other is told by its rank before the job is ended.
  var policy: MPIErrorPolicy {
    MPIErrorPolicy(
      isAgreed: { $0 is AgreedError },
      reportAgreed: { error, rank in
        self.hasSeenMPI = true
        if rank == 0 { self.report(error) }
      },
      reportFatal: { error, rank in
        // Where several ranks fail at once the lowest speaks: it ends the job before the others do.
        Thread.sleep(forTimeInterval: 0.25 * Double(min(rank, 8)))
        Log.line("error: rank \(rank): \(error)", level: .error)
        return exitStatus(of: error)
      })
  }
}
