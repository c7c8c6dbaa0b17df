/// A thin singular value decomposition: A = U · diag(s) · V.
public struct SingularValues<Scalar: MatrixScalar> {
  /// m x k: the left singular vectors are its columns.
  public let u: Matrix<Scalar>
  /// The singular values, descending; k of them.
  public let values: [Double]
  /// k x n: the right singular vectors are its rows.
  public let vt: Matrix<Scalar>
}
