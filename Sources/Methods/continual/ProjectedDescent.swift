import LinearAlgebra

/// Merges the matrices of a sequence of models pair by pair, see `DOPMerging`.
struct ProjectedDescent: Sendable {
  let rate: Double
  let steps: Int
  let share: Double
  let directions: DOPMerging.Directions
  let weights: LossWeights

  /// What is merged after each wanted step, from 0, less the pre-trained matrix.
  ///
  /// - Throws: what reading throws, and `LinearAlgebraError`.
  func changes(_ task: MatrixTask, wanted: Range<Int>) throws -> [Matrix<Double>] {
    var merged = try task.taskVector(0)
    var changes = wanted.contains(0) ? [merged] : []
    for model in 1..<max(wanted.upperBound, 1) {
      merged = try pair(merged, try task.taskVector(model), task, number: model)
      if wanted.contains(model) { changes.append(merged) }
    }
    return changes
  }

  /// What two task vectors merge to.
  private func pair(
    _ first: Matrix<Double>, _ second: Matrix<Double>, _ task: MatrixTask, number: Int
  ) throws -> Matrix<Double> {
    let move =
      try task.accuracy.isNarrow
      ? move(first, second, task, number: number, in: Float.self)
      : move(first, second, task, number: number, in: Double.self)
    let algebra = task.algebra
    let mean = try algebra.zeros(first.rows, first.columns, of: Double.self)
    for taskVector in [first, second] { algebra.add(taskVector, scaledBy: 0.5, to: mean) }
    if let move { algebra.add(move, to: mean) }
    return mean
  }

  /// How far Adam gets from the mean of two task vectors; nil for nowhere.
  ///
  /// In `Float` too the gradients at the start are exact to `Double`'s last digits, and only what the
  /// move changes of them is rounded.
  private func move<Scalar: MatrixScalar>(
    _ first: Matrix<Double>, _ second: Matrix<Double>, _ task: MatrixTask, number: Int,
    in type: Scalar.Type
  ) throws -> Matrix<Double>? {
    let algebra = task.algebra
    let half = try algebra.zeros(first.rows, first.columns, of: Double.self)
    algebra.add(first, scaledBy: 0.5, to: half)
    algebra.add(second, scaledBy: -0.5, to: half)
    guard steps > 0, algebra.largestMagnitude(of: half) > 0 else { return nil }
    // δ is x − h for what is merged so far and x + h for the next model, x the move.
    let losses = try [(first, -1.0, number), (second, 1.0, 1)].map { taskVector, sign, count in
      let planes = try planes(of: taskVector, task.noise(of: taskVector, count: count), task)
      return try ProjectionLoss<Scalar>(
        algebra, left: planes.left, right: planes.right, offset: half, sign: sign)
    }
    let x = try algebra.zeros(first.rows, first.columns, of: Scalar.self)
    var descent = try AdamDescent<Scalar>(algebra, rows: x.rows, columns: x.columns, rate: rate)
    var weight = weights.first
    for step in 0..<steps {
      for loss in losses { try loss.update(at: x, isStart: step == 0) }
      if weights.balances {
        let best = balance(losses, at: x, algebra)
        weight = weights.averages ? weights.decay * weight + (1 - weights.decay) * best : best
      }
      let gradient = losses[0].gradient
      algebra.scaleRows(of: gradient, by: Array(repeating: weight, count: gradient.rows))
      algebra.add(losses[1].gradient, scaledBy: 1 - weight, to: gradient)
      descent.move(x, against: gradient)
    }
    return try algebra.converted(x, to: Double.self)
  }

  /// U Σ² Uᵀ and V Σ² Vᵀ of the singular directions of a task vector that count.
  ///
  /// - Parameter noise: which singular values are null.
  private func planes(
    of taskVector: Matrix<Double>, _ noise: NullLevel, _ task: MatrixTask
  ) throws -> (left: Plane<Double>?, right: Plane<Double>?) {
    let algebra = task.algebra
    let all = try algebra.leadingTriplets(
      of: taskVector, rank: min(taskVector.rows, taskVector.columns), noise: noise,
      accuracy: task.accuracy)
    let total = all.values.reduce(0, +)
    var sum = 0.0
    // The direction at which the sum reaches its share does not count.
    let count = all.values.firstIndex { value in
      sum += value
      return sum / total >= share
    }
    func plane(_ vectors: Matrix<Double>) throws -> Plane<Double> {
      algebra.scaleRows(of: vectors, by: all.values)
      return try Plane(of: try algebra.rows(0..<(count ?? 0), of: vectors), algebra)
    }
    return (
      directions == .right ? nil : try plane(all.left),
      directions == .left ? nil : try plane(all.right)
    )
  }

  /// The first weight of the shortest combination of the gradients of the losses' logarithms.
  private func balance<Scalar: MatrixScalar>(
    _ losses: [ProjectionLoss<Scalar>], at x: Matrix<Scalar>, _ algebra: MatrixAlgebra
  ) -> Double {
    let values = losses.map { $0.value(at: x) }
    func product(_ a: Int, _ b: Int) -> Double {
      let dot = algebra.rowDots(losses[a].gradient, losses[b].gradient).reduce(0, +)
      // A loss that is 0 has no gradient.
      return values[a] > 0 && values[b] > 0 ? dot / values[a] / values[b] : 0
    }
    return LossWeights.shortest(xx: product(0, 0), xy: product(0, 1), yy: product(1, 1))
  }

  /// What an m x n matrix of `models` models takes.
  func demand(_ m: Int, _ n: Int, models: Int) -> MatrixMerge.Demand {
    let side = min(m, n)
    func products(_ length: Int) -> Double {
      2 * side < length ? 2 * MatrixCost.product(m, n, side) : MatrixCost.product(m, n, length)
    }
    let pair =
      2 * MatrixCost.triplets(m, n, rank: side) + 2 * Double(steps) * (products(m) + products(n))
    return MatrixMerge.Demand(
      seconds: Double(max(models - 1, 0)) * pair,
      numbers: 12 * m * n + 2 * side * (m + n) + 3 * (m * min(m, 2 * side) + n * min(n, 2 * side)))
  }
}
