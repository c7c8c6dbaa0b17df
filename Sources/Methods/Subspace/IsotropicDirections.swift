import LinearAlgebra

/// The common directions of one matrix and those of its tasks, made orthonormal.
struct IsotropicDirections {
  private let algebra: MatrixAlgebra
  /// Row i is a left direction; orthonormal, but for null ones, which are zero.
  private let left: Matrix<Double>
  /// Row i is the right direction of left direction i.
  private let right: Matrix<Double>
  /// What every direction is multiplied by.
  private let value: Double

  /// How many of the directions of a matrix are common, and how many each task has.
  struct Ranks: Equatable {
    let common: Int
    let perTask: Int

    /// FusionBench's numbers: a common part of ⌊side · fraction⌋, the rest divided by the number
    /// of models and rounded, half to even. Where rounding up leaves less than nothing for the
    /// common part, each task has one less.
    init(side: Int, fraction: Double, models: Int) {
      let rest = side - Int(Double(side) * fraction)
      let share = Int((Double(rest) / Double(models)).rounded(.toNearestOrEven))
      perTask = share * models > side ? share - 1 : share
      common = side - perTask * models
    }
  }

  /// Finds the directions.
  ///
  /// - Throws: what reading throws, and `LinearAlgebraError`.
  init(_ task: MatrixTask, fraction: Double) throws {
    let (m, n) = (task.result.rows, task.result.columns)
    let side = min(m, n)
    let ranks = Ranks(side: side, fraction: fraction, models: task.modelCount)
    let algebra = task.algebra
    self.algebra = algebra

    let sum = try task.sumOfTaskVectors()
    let common = try algebra.leadingTriplets(
      of: sum, rank: ranks.common, noise: task.noise(of: sum, count: task.modelCount),
      accuracy: task.accuracy)
    let left = try algebra.zeros(side, m, of: Double.self)
    let right = try algebra.zeros(side, n, of: Double.self)
    var values: [Double] = []
    for model in 0..<(ranks.perTask > 0 ? task.modelCount : 0) {
      let taskVector = try task.taskVector(model)
      let noise = task.noise(of: taskVector)
      // What the common directions leave of the columns: τ − U_c (U_cᵀ τ).
      let projected = try algebra.product(common.left, .plain, taskVector)
      algebra.multiply(common.left, .transposed, projected, alpha: -1, beta: 1, into: taskVector)
      let own = try algebra.leadingTriplets(
        of: taskVector, rank: ranks.perTask, noise: noise, accuracy: task.accuracy)
      left.setRows(from: model * ranks.perTask, to: own.left)
      right.setRows(from: model * ranks.perTask, to: own.right)
      values += own.values
    }
    left.setRows(from: side - ranks.common, to: common.left)
    right.setRows(from: side - ranks.common, to: common.right)
    values += common.values
    value = values.reduce(0, +) / Double(values.count)

    self.left = try algebra.product(
      try algebra.orthogonalizer(of: left, accuracy: task.accuracy), .plain, left)
    self.right = try algebra.product(
      try algebra.orthogonalizer(of: right, accuracy: task.accuracy), .plain, right)
  }

  /// result += factor · value · Σ_i left_i right_iᵀ
  func add(to result: Matrix<Double>, scaledBy factor: Double) {
    algebra.multiply(left, .transposed, right, alpha: factor * value, beta: 1, into: result)
  }

  /// What an m x n matrix takes.
  static func demand(_ m: Int, _ n: Int, fraction: Double, models: Int) -> MatrixMerge.Demand {
    let side = min(m, n)
    let ranks = Ranks(side: side, fraction: fraction, models: models)
    let perTask =
      2 * MatrixCost.product(m, n, ranks.common)
      + MatrixCost.triplets(m, n, rank: ranks.perTask)
    let polar =
      MatrixCost.orthogonalizer(side, m) + MatrixCost.orthogonalizer(side, n)
      + MatrixCost.product(side, m + n, side) + MatrixCost.product(m, n, side)
    return MatrixMerge.Demand(
      seconds: MatrixCost.triplets(m, n, rank: ranks.common) + Double(models) * perTask + polar,
      numbers: 4 * m * n + 3 * side * (m + n) + 3 * side * side)
  }
}
