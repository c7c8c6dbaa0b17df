import LinearAlgebra

/// A symmetric matrix RᵀR to multiply with, kept as it is or as the rows R where those are fewer by
/// far.
struct Plane<Scalar: MatrixScalar> {
  private let matrix: Matrix<Scalar>
  private let isFactored: Bool

  private init(matrix: Matrix<Scalar>, isFactored: Bool) {
    self.matrix = matrix
    self.isFactored = isFactored
  }

  /// The same in another type.
  ///
  /// - Throws: `LinearAlgebraError.tooLarge`.
  func converted<Other: MatrixScalar>(
    to type: Other.Type, _ algebra: MatrixAlgebra
  ) throws -> Plane<Other> {
    Plane<Other>(matrix: try algebra.converted(matrix, to: Other.self), isFactored: isFactored)
  }

  /// target += factor · RᵀR x.
  ///
  /// - Throws: `LinearAlgebraError.tooLarge`.
  func multiply(
    fromLeft x: Matrix<Scalar>, by factor: Double, addingTo target: Matrix<Scalar>,
    _ algebra: MatrixAlgebra
  ) throws {
    guard isFactored else {
      return algebra.multiply(matrix, .plain, x, alpha: factor, beta: 1, into: target)
    }
    let inner = try algebra.product(matrix, .plain, x)
    algebra.multiply(matrix, .transposed, inner, alpha: factor, beta: 1, into: target)
  }

  /// target += factor · x RᵀR.
  ///
  /// - Throws: `LinearAlgebraError.tooLarge`.
  func multiply(
    fromRight x: Matrix<Scalar>, by factor: Double, addingTo target: Matrix<Scalar>,
    _ algebra: MatrixAlgebra
  ) throws {
    guard isFactored else {
      return algebra.multiply(x, .plain, matrix, alpha: factor, beta: 1, into: target)
    }
    let inner = try algebra.product(x, .plain, matrix, .transposed)
    algebra.multiply(inner, .plain, matrix, alpha: factor, beta: 1, into: target)
  }
}

extension Plane<Double> {
  /// RᵀR of some rows R.
  ///
  /// - Throws: `LinearAlgebraError.tooLarge`.
  init(of rows: Matrix<Double>, _ algebra: MatrixAlgebra) throws {
    isFactored = 2 * rows.rows < rows.columns
    matrix = isFactored ? rows : try algebra.columnGram(rows)
  }
}
