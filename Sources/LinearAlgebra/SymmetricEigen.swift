/// Eigenvalues of a symmetric matrix, the largest first, with their vectors.
public struct SymmetricEigen<Scalar: MatrixScalar> {
  /// The eigenvalues, descending.
  public let values: [Double]
  /// Row i is the unit eigenvector of `values[i]`.
  public let vectors: Matrix<Scalar>
}
