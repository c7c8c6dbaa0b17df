import LinearAlgebra

/// How much a matrix disturbs a task in the singular directions of its task vector:
/// L = ‖Σ Uᵀ δ‖² + ‖δ V Σ‖² with δ = x + sign · h, and its gradient 2 (U Σ² Uᵀ δ + δ V Σ² Vᵀ).
final class ProjectionLoss<Scalar: MatrixScalar> {
  /// The gradient at the last place that `update` was told.
  let gradient: Matrix<Scalar>
  private let algebra: MatrixAlgebra
  private let left: Plane<Scalar>?
  private let right: Plane<Scalar>?
  /// The gradient at x = 0.
  private let start: Matrix<Scalar>
  private let offset: Matrix<Scalar>
  private let sign: Double

  /// A loss with δ = x + sign · offset.
  ///
  /// - Parameters:
  ///   - left: U Σ² Uᵀ; nil where left directions do not count.
  ///   - right: V Σ² Vᵀ; nil where right directions do not count.
  /// - Throws: `LinearAlgebraError.tooLarge`.
  init(
    _ algebra: MatrixAlgebra, left: Plane<Double>?, right: Plane<Double>?, offset: Matrix<Double>,
    sign: Double
  ) throws {
    let start = try algebra.zeros(offset.rows, offset.columns, of: Double.self)
    try left?.multiply(fromLeft: offset, by: 2 * sign, addingTo: start, algebra)
    try right?.multiply(fromRight: offset, by: 2 * sign, addingTo: start, algebra)
    self.algebra = algebra
    self.start = try algebra.converted(start, to: Scalar.self)
    self.offset = try algebra.converted(offset, to: Scalar.self)
    self.sign = sign
    self.left = try left?.converted(to: Scalar.self, algebra)
    self.right = try right?.converted(to: Scalar.self, algebra)
    gradient = try algebra.zeros(offset.rows, offset.columns, of: Scalar.self)
  }

  /// Sets the gradient to that at x.
  ///
  /// - Throws: `LinearAlgebraError.tooLarge`.
  func update(at x: Matrix<Scalar>, isStart: Bool) throws {
    gradient.copyValues(of: start)
    if isStart { return }
    try left?.multiply(fromLeft: x, by: 2, addingTo: gradient, algebra)
    try right?.multiply(fromRight: x, by: 2, addingTo: gradient, algebra)
  }

  /// L at x, where the gradient was updated: half of the inner product of δ and the gradient.
  func value(at x: Matrix<Scalar>) -> Double {
    let atMove = algebra.rowDots(x, gradient).reduce(0, +)
    let atOffset = algebra.rowDots(offset, gradient).reduce(0, +)
    return (atMove + sign * atOffset) / 2
  }
}
