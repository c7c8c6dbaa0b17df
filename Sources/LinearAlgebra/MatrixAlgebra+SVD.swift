internal import CLinearAlgebra

extension MatrixAlgebra {
  /// The thin singular value decomposition, by divide and conquer, and by QR steps where that does
  /// not converge.
  ///
  /// - Parameter a: m x n, finite.
  /// - Throws: `LinearAlgebraError`.
  public func singularValues<Scalar: MatrixScalar>(
    _ a: Matrix<Scalar>
  ) throws -> SingularValues<Scalar> {
    let k = min(a.rows, a.columns)
    let u = try matrix(a.rows, k, of: Scalar.self)
    let vt = try matrix(k, a.columns, of: Scalar.self)
    guard k > 0 else { return SingularValues(u: u, values: [], vt: vt) }
    let values = try scratch(k, of: Scalar.self) { s in
      do {
        try divideAndConquer(try copy(a), s, u, vt)
      } catch LinearAlgebraError.failed {
        try stepByStep(try copy(a), s, u, vt)
      }
      return s.prefix(k).map { Double($0) }
    }
    return SingularValues(u: u, values: values, vt: vt)
  }

  // Rows of ours are columns of LAPACK's: it decomposes the transpose, and U and V change places.

  private func divideAndConquer<Scalar: MatrixScalar>(
    _ a: Matrix<Scalar>, _ s: UnsafeMutableBufferPointer<Scalar>, _ u: Matrix<Scalar>,
    _ vt: Matrix<Scalar>
  ) throws {
    let (m, n, k) = (Int32(a.columns), Int32(a.rows), Int32(u.columns))
    func call(_ work: UnsafeMutablePointer<Scalar>?, _ length: Int32, _ iwork: [Int32]) -> Int32 {
      var iwork = iwork
      return cla_gesdd(
        Scalar.code, m, n, a.start, m, s.baseAddress, vt.start, m, u.start, k, work, length, &iwork)
    }
    let side = u.columns
    try withWork(a, atLeast: 4 * side * side + 7 * side + max(a.rows, a.columns)) {
      call($0, $1, Array(repeating: 0, count: 8 * side))
    } check: { info in
      try check(info, "gesdd", a.rows, a.columns)
    }
  }

  private func stepByStep<Scalar: MatrixScalar>(
    _ a: Matrix<Scalar>, _ s: UnsafeMutableBufferPointer<Scalar>, _ u: Matrix<Scalar>,
    _ vt: Matrix<Scalar>
  ) throws {
    let (m, n, k) = (Int32(a.columns), Int32(a.rows), Int32(u.columns))
    try withWork(a, atLeast: 5 * max(a.rows, a.columns)) {
      cla_gesvd(
        Scalar.code, m, n, a.start, m, s.baseAddress, vt.start, m, u.start, k, $0, $1)
    } check: { info in
      try check(info, "gesvd", a.rows, a.columns)
    }
  }

  /// A = Q · R by Householder reflections.
  ///
  /// - Parameter a: m x n with m >= n, finite.
  /// - Returns: q, m x n with orthonormal columns, and r, n x n and upper triangular.
  /// - Throws: `LinearAlgebraError`.
  public func qr<Scalar: MatrixScalar>(
    _ a: Matrix<Scalar>
  ) throws -> (q: Matrix<Scalar>, r: Matrix<Scalar>) {
    precondition(a.rows >= a.columns)
    let q = try copy(a)
    let r = try zeros(a.columns, a.columns, of: Scalar.self)
    guard a.columns > 0 else { return (q, r) }
    // The transpose is wide and has the factors L · Q.
    let (m, n) = (Int32(a.columns), Int32(a.rows))
    try scratch(a.columns, of: Scalar.self) { tau in
      try withWork(a, atLeast: a.columns) {
        cla_gelqf(Scalar.code, m, n, q.start, m, tau.baseAddress, $0, $1)
      } check: { info in
        try check(info, "gelqf", a.rows, a.columns)
      }
      for row in 0..<a.columns {
        for column in row..<a.columns {
          r.start[row * a.columns + column] = q.start[row * a.columns + column]
        }
      }
      try withWork(a, atLeast: a.columns) {
        cla_orglq(Scalar.code, m, n, q.start, m, tau.baseAddress, $0, $1)
      } check: { info in
        try check(info, "orglq", a.rows, a.columns)
      }
    }
    return (q, r)
  }

  /// Asks `call` for the best length of its working memory and calls it with that.
  private func withWork<Scalar: MatrixScalar>(
    _ a: Matrix<Scalar>, atLeast least: Int,
    _ call: (UnsafeMutablePointer<Scalar>?, Int32) -> Int32,
    check: (Int32) throws -> Void
  ) throws {
    // Checked first: LAPACK computes lengths in its own integers.
    _ = try counted(max(least, a.count), (a.rows, a.columns))
    var best = Scalar.zero
    try check(call(&best, -1))
    let length = try counted(max(least, Int(best.nextUp)), (a.rows, a.columns))
    try scratch(Int(length), of: Scalar.self) { work in
      try check(call(work.baseAddress, length))
    }
  }
}
