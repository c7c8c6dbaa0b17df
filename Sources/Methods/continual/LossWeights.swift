/// How much each of two losses counts in a step of descent.
struct LossWeights: Sendable {
  /// The weight of the first loss, or the one that the running mean starts from; 1 less it is the
  /// second's.
  let first: Double
  /// Whether the weights follow from the gradients.
  let balances: Bool
  /// Whether they are a running mean.
  let averages: Bool
  /// How much of the running mean stays at each step.
  let decay: Double

  /// The first weight of the shortest vector c x + (1 − c) y, where x and y are given by their inner
  /// products; 0.999 and 0.001 at the ends.
  static func shortest(xx: Double, xy: Double, yy: Double) -> Double {
    if xy >= xx { return 0.999 }
    if xy >= yy { return 0.001 }
    return (yy - xy) / (xx + yy - 2 * xy)
  }
}
