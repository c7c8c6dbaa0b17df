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

  /// Diagonal and off-diagonal divided by a power of two, `unit`, so that nothing is rounded and no
  /// element is larger than 1; nil where that would leave the range of numbers.
  var scaled: (d: [Double], e: [Double], unit: Double)? {
    let (d, e) = (diagonal, offDiagonal)
    let largest = (d + e).reduce(0) { max($0, $1.magnitude) }
    guard largest >= 0x1p-900, largest <= 0x1p900 else { return nil }
    let unit = Double(sign: .plus, exponent: largest.exponent + 1, significand: 1)
    return (d.map { $0 / unit }, e.map { $0 / unit }, unit)
  }
}
