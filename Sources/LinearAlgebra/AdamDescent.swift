internal import CLinearAlgebra

/// The running means by which Adam moves a matrix, with β 0.9 and 0.999, ε 1e-8 and no decay.
///
/// Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015,
/// https://arxiv.org/abs/1412.6980, algorithm 1.
public struct AdamDescent<Scalar: MatrixScalar> {
  private let rate: Double
  private let mean: Matrix<Scalar>
  private let square: Matrix<Scalar>
  private var step = 0

  /// Starts at zero means.
  ///
  /// - Parameter rate: how far a first step moves each element.
  /// - Throws: `LinearAlgebraError.tooLarge`.
  public init(_ algebra: MatrixAlgebra, rows: Int, columns: Int, rate: Double) throws {
    self.rate = rate
    mean = try algebra.zeros(rows, columns)
    square = try algebra.zeros(rows, columns)
  }

  /// Takes one step against `gradient`.
  public mutating func move(_ x: Matrix<Scalar>, against gradient: Matrix<Scalar>) {
    precondition(x.rows == mean.rows && x.columns == mean.columns)
    precondition(gradient.rows == mean.rows && gradient.columns == mean.columns)
    step += 1
    let (first, second) = (1 - power(0.9, step), 1 - power(0.999, step))
    cla_adam(
      Scalar.code, x.count, rate / first, second.squareRoot(), gradient.start, mean.start,
      square.start, x.start)
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, factor, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}
