/// A symmetric matrix as LAPACK reduces it to tridiagonal form. It borrows its memory.
struct TridiagonalForm<Scalar: MatrixScalar> {
  /// The diagonal.
  let d: UnsafeMutablePointer<Scalar>
  /// The elements beside it.
  let e: UnsafeMutablePointer<Scalar>
  /// The factors of the reflections.
  let tau: UnsafeMutablePointer<Scalar>
  /// The reflections' vectors: of number i, from element i + 2 of row i on, after an element of 1.
  let reflectors: Matrix<Scalar>

  /// Number of rows.
  var side: Int { reflectors.rows }
  /// The diagonal in `Double`.
  var diagonal: [Double] { (0..<side).map { Double(d[$0]) } }
  /// The elements beside it in `Double`.
  var offDiagonal: [Double] { (0..<max(side - 1, 0)).map { Double(e[$0]) } }
}
