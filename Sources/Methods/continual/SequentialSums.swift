import LinearAlgebra
import Synchronization

/// The sums N of projected task vectors of OPCM, each kept by the process that computed it.
///
/// A sum does not depend on other matrices: singular directions and the position q are those of M
/// and of N = λ M alike.
final class SequentialSums: Sendable {
  private let alpha: Double
  private let models: Int
  private let kept = Mutex<[String: Sum]>([:])

  private struct Sum {
    let values: Values
    /// ‖τ_t‖² for every model, then ‖N_t‖².
    let squares: [Double]
  }

  private enum Values {
    case narrow([Float])
    case wide([Double])
  }

  init(alpha: Double, models: Int) {
    self.alpha = alpha
    self.models = models
  }

  /// The squared norms of the task vectors of a matrix and of their sums; zeros for a matrix that
  /// this process has not computed.
  func squares(of tensor: String) -> [Double] {
    kept.withLock { $0[tensor]?.squares } ?? Array(repeating: 0, count: 2 * models)
  }

  /// Adds N to the task's result; computes it unless it is kept.
  ///
  /// - Throws: what reading throws, and `LinearAlgebraError`.
  func add(to task: MatrixTask, scaledBy factor: Double) throws {
    let name = task.algebra.tensor
    let sum = try kept.withLock { $0[name] } ?? compute(task)
    kept.withLock { $0[name] = sum }
    let matrix = try task.algebra.matrix(task.result.rows, task.result.columns, of: Double.self)
    matrix.withValues { place in
      switch sum.values {
      case .narrow(let values): for i in place.indices { place[i] = Double(values[i]) }
      case .wide(let values): _ = place.update(fromContentsOf: values)
      }
    }
    task.algebra.add(matrix, scaledBy: factor, to: task.result)
  }

  private func compute(_ task: MatrixTask) throws -> Sum {
    let algebra = task.algebra
    let sum = try task.taskVector(0)
    var norms = [square(of: sum, algebra)]
    var sumNorms = norms
    for model in 1..<max(models, 1) {
      let taskVector = try task.taskVector(model)
      norms.append(square(of: taskVector, algebra))
      try add(taskVector, to: sum, task)
      sumNorms.append(square(of: sum, algebra))
    }
    let values = sum.withValues { values in
      task.accuracy.isNarrow ? Values.narrow(values.map { Float($0) }) : .wide(Array(values))
    }
    return Sum(values: values, squares: norms + sumNorms)
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
