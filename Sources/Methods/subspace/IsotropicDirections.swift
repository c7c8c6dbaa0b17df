import LinearAlgebra

/// The common directions of one matrix and those of its tasks, made orthonormal.
struct IsotropicDirections {
  private let algebra: MatrixAlgebra
  private let accuracy: Accuracy
  /// Row i is a left direction; orthonormal, but for null ones, which are zero.
  private let left: Matrix<Double>
  /// Row i is the right direction of left direction i, not orthonormal yet.
  private let right: Matrix<Double>
  /// What makes the right directions orthonormal.
  private let rightRoot: Matrix<Double>
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
    accuracy = task.accuracy

    let sum = try task.sumOfTaskVectors()
    let noise = task.noise(of: sum, count: task.modelCount)
    left = try algebra.zeros(side, m, of: Double.self)
    right = try algebra.zeros(side, n, of: Double.self)
    var values: [Double] = []
    var isSingle = true
    let start = side - ranks.common
    if m <= n,
      let (common, rest) = try algebra.splitTriplets(
        of: sum, rank: ranks.common, noise: noise, accuracy: task.accuracy)
    {
      // The tasks' left directions lie in the rest: everything about them is computed in its
      // coordinates, and they are orthogonal to the common ones already.
      let coordinates = try algebra.zeros(start, start, of: Double.self)
      for model in 0..<(ranks.perTask > 0 ? task.modelCount : 0) {
        let taskVector = try task.taskVector(model)
        let own = try algebra.leadingTriplets(
          of: try algebra.product(rest, .plain, taskVector), rank: ranks.perTask,
          noise: task.noise(of: taskVector), accuracy: task.accuracy, inSingle: &isSingle)
        coordinates.setRows(from: model * ranks.perTask, to: own.left)
        right.setRows(from: model * ranks.perTask, to: own.right)
        values += own.values
      }
      let root = try algebra.orthogonalizer(of: coordinates, accuracy: task.accuracy)
      let directions = try algebra.product(root, .plain, coordinates)
      left.setRows(from: 0, to: try algebra.product(directions, .plain, rest))
      left.setRows(from: start, to: common.left)
      right.setRows(from: start, to: common.right)
      values += common.values
    } else {
      let common = try algebra.leadingTriplets(
        of: sum, rank: ranks.common, noise: noise, accuracy: task.accuracy)
      let all = try algebra.zeros(side, m, of: Double.self)
      for model in 0..<(ranks.perTask > 0 ? task.modelCount : 0) {
        let taskVector = try task.taskVector(model)
        let noise = task.noise(of: taskVector)
        // What the common directions leave of the columns: τ − U_c (U_cᵀ τ).
        let projected = try algebra.product(common.left, .plain, taskVector)
        algebra.multiply(
          common.left, .transposed, projected, alpha: -1, beta: 1, into: taskVector)
        let own = try algebra.leadingTriplets(
          of: taskVector, rank: ranks.perTask, noise: noise, accuracy: task.accuracy,
          inSingle: &isSingle)
        all.setRows(from: model * ranks.perTask, to: own.left)
        right.setRows(from: model * ranks.perTask, to: own.right)
        values += own.values
      }
      all.setRows(from: start, to: common.left)
      right.setRows(from: start, to: common.right)
      values += common.values
      algebra.multiply(
        try algebra.orthogonalizer(of: all, accuracy: task.accuracy), .plain, all, into: left)
    }
    value = values.reduce(0, +) / Double(values.count)
    rightRoot = try algebra.orthogonalizer(of: right, accuracy: task.accuracy)
  }

  /// result += factor · value · Σ_i left_i right_iᵀ, with right_i made orthonormal.
  func add(to result: Matrix<Double>, scaledBy factor: Double) throws {
    let mixed = try algebra.product(left, .transposed, rightRoot)
    // Both sides are orthonormal, but for null directions.
    try algebra.addProduct(
      mixed, .plain, right, norm: Double(right.rows).squareRoot(), alpha: factor * value,
      accuracy: accuracy, to: result)
  }

  /// What an m x n matrix takes.
  static func demand(_ m: Int, _ n: Int, fraction: Double, models: Int) -> MatrixMerge.Demand {
    let side = min(m, n)
    let ranks = Ranks(side: side, fraction: fraction, models: models)
    let rest = side - ranks.common
    let perTask =
      m <= n
      ? MatrixCost.product(rest, n, m)
        + MatrixCost.triplets(rest, n, rank: ranks.perTask, inSingle: true)
      : 2 * MatrixCost.product(m, n, ranks.common)
        + MatrixCost.triplets(m, n, rank: ranks.perTask, inSingle: true)
    let polar =
      (m <= n
        ? MatrixCost.orthogonalizer(rest, rest)
        : MatrixCost.orthogonalizer(side, m) + MatrixCost.product(side, m, side))
      + MatrixCost.orthogonalizer(side, n) + MatrixCost.product(m, side, side)
      + MatrixCost.product(m, n, side)
    return MatrixMerge.Demand(
      seconds: MatrixCost.triplets(m, n, rank: ranks.common) + Double(models) * perTask + polar,
      numbers: 4 * m * n + 3 * side * (m + n) + 3 * side * side)
  }
}
