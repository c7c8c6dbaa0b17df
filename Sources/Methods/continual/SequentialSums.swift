import LinearAlgebra
import Synchronization

/// The sums N of projected task vectors of OPCM, each kept by the process that computed it.
///
/// A sum does not depend on other matrices: singular directions and the position q are those of M
/// and of N = λ M alike.
final class SequentialSums: Sendable {
  private let alpha: Double
  private let models: Int
  private let wanted: Range<Int>
  private let kept = Mutex<[String: Sums]>([:])

  private struct Sums {
    /// N after each wanted step.
    var steps: [KeptMatrix] = []
    /// ‖τ_t‖² for every model, then ‖N_t‖².
    var squares: [Double] = []
  }

  /// - Parameter wanted: the steps, from 0, whose sums are kept.
  init(alpha: Double, models: Int, wanted: Range<Int>) {
    self.alpha = alpha
    self.models = models
    self.wanted = wanted
  }

  /// The squared norms of the task vectors of a matrix and of their sums; zeros for a matrix that
  /// this process has not computed.
  func squares(of tensor: String) -> [Double] {
    kept.withLock { $0[tensor]?.squares } ?? Array(repeating: 0, count: 2 * models)
  }

  /// Adds N after a wanted step to the task's result; computes it unless it is kept.
  ///
  /// - Throws: what reading throws, and `LinearAlgebraError`.
  func add(step: Int, to task: MatrixTask, scaledBy factor: Double) throws {
    let name = task.algebra.tensor
    let sums = try kept.withLock { $0[name] } ?? compute(task)
    kept.withLock { $0[name] = sums }
    try sums.steps[step - wanted.lowerBound].add(to: task, scaledBy: factor)
  }

  private func compute(_ task: MatrixTask) throws -> Sums {
    let algebra = task.algebra
    var sums = Sums()
    var norms: [Double] = []
    var sumNorms: [Double] = []
    let sum = try algebra.zeros(task.result.rows, task.result.columns, of: Double.self)
    for model in 0..<models {
      let taskVector = try task.taskVector(model)
      norms.append(square(of: taskVector, algebra))
      if model == 0 { sum.copyValues(of: taskVector) } else { try add(taskVector, to: sum, task) }
      sumNorms.append(square(of: sum, algebra))
      if wanted.contains(model) {
        sums.steps.append(KeptMatrix(sum, accuracy: task.accuracy))
      }
    }
    sums.squares = norms + sumNorms
    return sums
  }

  /// N ← N + τ − Σ_{i, j < q} (u_iᵀ τ v_j) u_i v_jᵀ − Σ_{i ≥ q} (u_iᵀ τ v_i) u_i v_iᵀ.
  private func add(
    _ taskVector: Matrix<Double>, to sum: Matrix<Double>, _ task: MatrixTask
  ) throws {
    let algebra = task.algebra
    let side = min(sum.rows, sum.columns)
    let all = try algebra.leadingTriplets(
      of: sum, rank: side, noise: task.noise(of: sum, count: models), accuracy: task.accuracy)
    let q = leading(all.values)
    let projected = try algebra.product(all.left, .plain, taskVector)
    // Row i of what goes is Σ_{j < q} (u_iᵀ τ v_j) v_jᵀ, or for i ≥ q (u_iᵀ τ v_i) v_iᵀ.
    let first = try algebra.rows(0..<q, of: all.right)
    let core = try algebra.product(
      try algebra.rows(0..<q, of: projected), .plain, first, .transposed)
    let block = try algebra.product(core, .plain, first)
    algebra.scaleRows(of: all.right, by: algebra.rowDots(projected, all.right))
    all.right.setRows(from: 0, to: block)
    algebra.add(taskVector, to: sum)
    algebra.multiply(all.left, .transposed, all.right, alpha: -1, beta: 1, into: sum)
  }

  /// q: the first position, from 0, at which the sum of values exceeds α of their sum; 0 for none.
  private func leading(_ values: [Double]) -> Int {
    let total = values.reduce(0, +)
    var sum = 0.0
    return values.firstIndex { value in
      sum += value
      return sum / total > alpha
    } ?? 0
  }

  private func square(of a: Matrix<Double>, _ algebra: MatrixAlgebra) -> Double {
    algebra.rowDots(a, a).reduce(0, +)
  }

  /// What an m x n matrix of `models` models takes.
  static func demand(_ m: Int, _ n: Int, models: Int) -> MatrixMerge.Demand {
    let side = min(m, n)
    let step =
      MatrixCost.triplets(m, n, rank: side) + 2 * MatrixCost.product(m, n, side)
      + MatrixCost.product(side, n, side)
    return MatrixMerge.Demand(
      seconds: Double(models) * step, numbers: 4 * m * n + side * (m + 4 * n) + 3 * side * side)
  }
}
