import FusionCore

/// The naive twin of TIES' consensus, one position after the other.
struct NaiveConsensus<Value: BinaryFloatingPoint> {
  /// For every position the models' values, those below their model's cut zeroed.
  private let trimmed: [[Value]]
  /// For every position the sum of those.
  private let sums: [Value]

  init(deltas: [[Double]], cuts: [Double]) {
    let models = zip(deltas, cuts).map { delta, cut in
      delta.map { Value($0).magnitude >= Value(cut) ? Value($0) : 0 }
    }
    trimmed = deltas[0].indices.map { i in models.map { $0[i] } }
    sums = trimmed.map { $0.reduce(0) { $0 + $1 } }
  }

  /// The sum of all signs.
  func votes() -> Int64 {
    sums.reduce(0) { $0 + ($1 > 0 ? 1 : $1 < 0 ? -1 : 0) }
  }

  /// The merged task vector.
  func merged(majority: Int, _ function: SignConsensus.Function) -> [Double] {
    zip(trimmed, sums).map { values, sum in
      let sign = sum > 0 ? 1 : sum < 0 ? -1 : majority
      let kept = values.filter { sign > 0 ? $0 > 0 : $0 < 0 }
      let total = kept.reduce(0) { $0 + Double($1) }
      switch function {
      case .sum: return total
      case .mean: return total / Double(max(kept.count, 1))
      case .max: return Double((kept.map(\.magnitude).max() ?? 0) * Value(sign))
      }
    }
  }
}
