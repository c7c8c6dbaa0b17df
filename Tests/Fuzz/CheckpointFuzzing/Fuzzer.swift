/// Feeds generated inputs to a parser and sees that each is read or refused in one line, in time.
package struct Fuzzer {
  /// What came of a run.
  package struct Outcome: Sendable {
    /// Inputs that were read.
    package var accepted = 0
    /// Inputs that were refused.
    package var refused = 0
    /// What should not have been, with the round to repeat.
    package var failures: [String] = []
  }

  private let target: FuzzTarget
  private let seed: UInt64
  private static let patience = Duration.seconds(2)

  /// Prepares a run.
  package init(_ target: FuzzTarget, seed: UInt64) {
    self.target = target
    self.seed = seed
  }

  /// Runs rounds. A crash ends the process: `watch` is told every ten-thousandth round.
  package func run(_ rounds: Range<Int>, watch: (Int) -> Void = { _ in }) -> Outcome {
    var outcome = Outcome()
    let clock = ContinuousClock()
    for round in rounds {
      if round % 10_000 == 0 { watch(round) }
      let input = target.input(seed: seed, round: round)
      let start = clock.now
      do {
        try target.parse(input)
        outcome.accepted += 1
      } catch {
        outcome.refused += 1
        let line = "\(error)"
        if !line.hasPrefix("m: ") || line.contains("\n") || line.utf8.count > 4000 {
          outcome.failures.append(
            "\(target.rawValue) round \(round): message '\(line.prefix(300))'")
        }
      }
      if clock.now - start > Self.patience {
        outcome.failures.append("\(target.rawValue) round \(round): took \(clock.now - start)")
      }
    }
    return outcome
  }
}
