import FusionCore

/// The naive twin of TIES' consensus, one position after the other.
struct NaiveConsensus<Value: BinaryFloatingPoint> {
  let deltas: [[Value]]
  let cuts: [Value]

  private func trimmed(_ i: Int) -> [Value] {
    zip(deltas, cuts).map { $0[i].magnitude >= $1 ? $0[i] : 0 }
  }

  private func sum(_ i: Int) -> Value { trimmed(i).reduce(0) { $0 + $1 } }

  /// The sum of all signs.
  func votes() -> Int64 {
    deltas[0].indices.reduce(0) { $0 + (sum($1) > 0 ? 1 : sum($1) < 0 ? -1 : 0) }
  }

  /// The merged task vector.
  func merged(majority: Int, _ function: SignConsensus.Function) -> [Double] {
    deltas[0].indices.map { i in
      let sign = sum(i) > 0 ? 1 : sum(i) < 0 ? -1 : majority
      let kept = trimmed(i).filter { sign > 0 ? $0 > 0 : $0 < 0 }
      let total = kept.reduce(0) { $0 + Double($1) }
      switch function {
      case .sum: return total
      case .mean: return total / Double(max(kept.count, 1))
      case .max: return Double((kept.map(\.magnitude).max() ?? 0) * Value(sign))
      }
    }
  }
}
