import FusionCore
import LinearAlgebra

/// The two thin matrices of one module, rank by rank, and how much of the change they are.
struct LoRAFactors: Sendable {
  /// How a change is cut off and scaled.
  struct Rule: Sendable {
    /// The most ranks.
    let rank: Int
    /// The share of the squared norm that is enough; nil for as many ranks as there may be.
    let energy: Double?
    /// Whether both factors get the root of a singular value, or B all of it.
    let distributesScale: Bool

    /// The most ranks of a module.
    func limit(_ module: LoRAModule) -> Int { min(rank, module.rows, module.columns) }
  }

  /// Number of ranks.
  let rank: Int
  /// A: `rank` rows.
  let a: [Double]
  /// Bᵀ: `rank` rows.
  let b: [Double]
  /// The squared norm of what is kept, and of the whole change.
  let energy: (kept: Double, total: Double)

  /// Decomposes the change of a module.
  ///
  /// The change is U Σ Vᵀ. Of each pair of vectors the sign is that with which the largest entry of
  /// the left one, the first of equals, is positive.
  ///
  /// - Throws: what reading throws, and `LinearAlgebraError`.
  init(_ task: MatrixTask, of module: LoRAModule, _ rule: Rule) throws {
    let algebra = task.algebra
    let change = try task.difference(0)
    let total = algebra.rowDots(change, change).reduce(0, +)
    let triplets = try algebra.leadingTriplets(
      of: change, rank: rule.limit(module), noise: task.noise(of: change), accuracy: task.accuracy)
    rank = Self.rank(triplets.values, total: total, rule)
    let values = Array(triplets.values.prefix(rank))
    energy = (values.reduce(0) { $0 + $1 * $1 }, total)
    let left = try algebra.rows(0..<rank, of: triplets.left)
    let right = try algebra.rows(0..<rank, of: triplets.right)
    let signs = Self.signs(of: left)
    let (a, b) = module.isTransposed ? (left, right) : (right, left)
    let shares = values.map { rule.distributesScale ? $0.squareRoot() : 1 }
    algebra.scaleRows(of: a, by: zip(shares, signs).map { $0 * $1 })
    algebra.scaleRows(
      of: b, by: zip(zip(values, shares), signs).map { $0.1 > 0 ? $0.0 / $0.1 * $1 : 0 })
    self.a = a.withValues { Array($0) }
    self.b = b.withValues { Array($0) }
  }

  /// The fewest ranks that hold the wanted share, at least one.
  private static func rank(_ values: [Double], total: Double, _ rule: Rule) -> Int {
    guard let energy = rule.energy else { return values.count }
    var kept = 0.0
    for (number, value) in values.enumerated() {
      kept += value * value
      if kept >= energy * total || value == 0 { return max(value == 0 ? number : number + 1, 1) }
    }
    return values.count
  }

  private static func signs(of left: Matrix<Double>) -> [Double] {
    left.withValues { values in
      (0..<left.rows).map { row in
        var largest = 0.0
        for value in values[row * left.columns..<(row + 1) * left.columns]
        where abs(value) > abs(largest) {
          largest = value
        }
        return largest < 0 ? -1 : 1
      }
    }
  }
}
