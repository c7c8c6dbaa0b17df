/// The sizes of a SMILE model.
struct SmileShape: Sendable {
  /// Singular directions of a model that the gate looks at.
  let gateRank: Int
  /// Rank of the experts; 0 for whole matrices.
  let rank: Int
  /// Experts that a token goes through.
  let expertsPerToken: Int
  /// Experts of a layer.
  let experts: Int

  /// The ranks for a matrix of m x n, which may be smaller than those asked for.
  func ranks(_ m: Int, _ n: Int) -> (gate: Int, expert: Int) {
    (min(gateRank, m, n), min(rank, m, n))
  }
}
