import FusionCore

/// How good a candidate is: the averages of the task pool's report.
struct AdaptiveScore: Sendable, Equatable {
  /// The mean accuracy of the tasks.
  let accuracy: Double
  /// The mean loss of the tasks.
  let loss: Double

  /// Reads `average` of a report.
  ///
  /// - Throws: `AdaptiveError.noAverage`.
  init(_ report: JSONValue) throws {
    guard case .number(let accuracy)? = report["average"]?["accuracy"],
      case .number(let loss)? = report["average"]?["loss"]
    else { throw AdaptiveError.noAverage }
    self.init(accuracy: accuracy, loss: loss)
  }

  init(accuracy: Double, loss: Double) {
    self.accuracy = accuracy
    self.loss = loss
  }

  /// Whether it is better than another; a number that is none is worse than any.
  func isBetter(than other: AdaptiveScore, by metric: AdaptiveAlgorithm.Metric) -> Bool {
    let mine = (
      accuracy: accuracy.isNaN ? -.infinity : accuracy, loss: loss.isNaN ? .infinity : loss
    )
    let others = (
      accuracy: other.accuracy.isNaN ? -.infinity : other.accuracy,
      loss: other.loss.isNaN ? .infinity : other.loss
    )
    switch metric {
    case .accuracy where mine.accuracy != others.accuracy: return mine.accuracy > others.accuracy
    case .loss where mine.loss == others.loss: return mine.accuracy > others.accuracy
    default: return mine.loss < others.loss
    }
  }
}

/// What keeps adaptive fusion from running.
public enum AdaptiveError: Error, Equatable, ExitStatusProviding, CustomStringConvertible {
  case noTaskPool
  case noAverage

  /// 2: method and task pool of the configuration do not fit together.
  public var exitStatus: Int32 { 2 }

  /// One line for the user.
  public var description: String {
    switch self {
    case .noTaskPool:
      "AdaptiveAlgorithm improves weights by evaluating them: name a task pool, e.g. taskpool=demo"
    case .noAverage:
      "AdaptiveAlgorithm needs a task pool whose report has average.accuracy and average.loss"
    }
  }
}
