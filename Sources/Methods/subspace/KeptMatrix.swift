import LinearAlgebra

/// The values of a matrix that a process keeps for later, rounded to `Float` where the checkpoints
/// have no more.
enum KeptMatrix: Sendable {
  case narrow([Float])
  case wide([Double])

  /// Copies the values.
  init(_ matrix: Matrix<Double>, accuracy: Accuracy) {
    self = matrix.withValues { values in
      accuracy.isNarrow ? .narrow(values.map { Float($0) }) : .wide(Array(values))
    }
  }

  /// Adds the values to the task's result.
  ///
  /// - Throws: `LinearAlgebraError.tooLarge`.
  func add(to task: MatrixTask, scaledBy factor: Double = 1) throws {
    let matrix = try task.algebra.matrix(task.result.rows, task.result.columns, of: Double.self)
    matrix.withValues { write(to: $0) }
    task.algebra.add(matrix, scaledBy: factor, to: task.result)
  }

  /// Copies the values to a place of their number.
  func write(to place: UnsafeMutableBufferPointer<Double>) {
    switch self {
    case .narrow(let values): for i in place.indices { place[i] = Double(values[i]) }
    case .wide(let values): _ = place.update(fromContentsOf: values)
    }
  }
}
