internal import CLinearAlgebra

extension MatrixAlgebra {
  /// Whether a factor of a product is taken as it is or transposed.
  public enum Factor: Sendable {
    case plain
    case transposed

    var code: CChar { CChar(UInt8(ascii: self == .plain ? "N" : "T")) }
  }

  /// C = alpha · op(A) · op(B) + beta · C.
  ///
  /// - Parameter beta: 0 when what `c` holds does not matter, NaN included.
  public func multiply<Scalar: MatrixScalar>(
    _ a: Matrix<Scalar>, _ opA: Factor = .plain, _ b: Matrix<Scalar>, _ opB: Factor = .plain,
    alpha: Double = 1, beta: Double = 0, into c: Matrix<Scalar>
  ) {
    let (m, k) = opA == .plain ? (a.rows, a.columns) : (a.columns, a.rows)
    let (inner, n) = opB == .plain ? (b.rows, b.columns) : (b.columns, b.rows)
    precondition(inner == k && c.rows == m && c.columns == n)
    if m == 0 || n == 0 { return }
    if k == 0 {
      // BLAS would have to be given leading dimensions of matrices that are not there.
      c.withValues { values in
        for i in values.indices { values[i] = beta == 0 ? 0 : Scalar(beta) * values[i] }
      }
      return
    }
    // Rows of ours are columns of BLAS's, so the product of the transposes is taken.
    cla_gemm(
      Scalar.code, opB.code, opA.code, Int32(n), Int32(m), Int32(k), alpha, b.start,
      Int32(b.columns), a.start, Int32(a.columns), beta, c.start, Int32(c.columns))
  }

  /// op(A) · op(B).
  ///
  /// - Throws: `LinearAlgebraError.tooLarge`.
  public func product<Scalar: MatrixScalar>(
    _ a: Matrix<Scalar>, _ opA: Factor = .plain, _ b: Matrix<Scalar>, _ opB: Factor = .plain
  ) throws -> Matrix<Scalar> {
    let c = try matrix(
      opA == .plain ? a.rows : a.columns, opB == .plain ? b.columns : b.rows, of: Scalar.self)
    multiply(a, opA, b, opB, into: c)
    return c
  }

  /// The inner products of the rows of `a`: A · Aᵀ.
  ///
  /// - Throws: `LinearAlgebraError.tooLarge`.
  public func rowGram<Scalar: MatrixScalar>(
    _ a: Matrix<Scalar>
  ) throws -> Matrix<Scalar> {
    try gram(a, side: a.rows, inner: a.columns, op: .transposed)
  }

  /// The inner products of the columns of `a`: Aᵀ · A.
  ///
  /// - Throws: `LinearAlgebraError.tooLarge`.
  public func columnGram<Scalar: MatrixScalar>(
    _ a: Matrix<Scalar>
  ) throws -> Matrix<Scalar> {
    try gram(a, side: a.columns, inner: a.rows, op: .plain)
  }

  private func gram<Scalar: MatrixScalar>(
    _ a: Matrix<Scalar>, side: Int, inner: Int, op: Factor
  ) throws -> Matrix<Scalar> {
    guard side > 0, inner > 0 else { return try zeros(side, side) }
    let g = try matrix(side, side, of: Scalar.self)
    cla_syrk(
      Scalar.code, op.code, Int32(side), Int32(inner), a.start, Int32(a.columns), g.start,
      Int32(side))
    cla_mirror(Scalar.code, Int32(side), g.start)
    return g
  }

  /// Multiplies row i of `a` by `factors[i]`.
  public func scaleRows<Scalar: MatrixScalar>(of a: Matrix<Scalar>, by factors: [Double]) {
    precondition(factors.count == a.rows)
    cla_scale_rows(Scalar.code, a.rows, a.columns, factors, a.start)
  }

  /// The inner product of row i of `a` and row i of `b`, for every i, summed in `Double`.
  public func rowDots<Scalar: MatrixScalar>(
    _ a: Matrix<Scalar>, _ b: Matrix<Scalar>
  ) -> [Double] {
    precondition(a.rows == b.rows && a.columns == b.columns)
    return [Double](unsafeUninitializedCapacity: a.rows) { sums, count in
      if let start = sums.baseAddress {
        cla_row_dots(Scalar.code, a.rows, a.columns, a.start, b.start, start)
      }
      count = a.rows
    }
  }

  /// B = B + factor · A.
  public func add<Scalar: MatrixScalar>(
    _ a: Matrix<Scalar>, scaledBy factor: Double = 1, to b: Matrix<Scalar>
  ) {
    precondition(a.rows == b.rows && a.columns == b.columns)
    cla_add_scaled(Scalar.code, a.count, factor, a.start, b.start)
  }

  /// B = B + diag(factors) · A.
  public func addRows(of a: Matrix<Double>, scaledBy factors: [Double], to b: Matrix<Double>) {
    precondition(a.rows == b.rows && a.columns == b.columns && factors.count == a.rows)
    cla_add_rows(a.rows, a.columns, factors, a.start, b.start)
  }

  /// C = C + factor · (A + B) at the elements of A whose magnitude is at least `cut`.
  public func addSum(
    of a: Matrix<Double>, and b: Matrix<Double>, scaledBy factor: Double,
    whereMagnitudesReach cut: Double, to c: Matrix<Double>
  ) {
    precondition(a.rows == b.rows && a.columns == b.columns)
    precondition(a.rows == c.rows && a.columns == c.columns)
    cla_add_masked(a.count, factor, cut, a.start, b.start, c.start)
  }

  /// A copy of `a` in another type.
  ///
  /// - Throws: nothing that making `a` did not.
  public func converted<From: MatrixScalar, To: MatrixScalar>(
    _ a: Matrix<From>, to type: To.Type
  ) throws -> Matrix<To> {
    if let same = a as? Matrix<To> { return try copy(same) }
    let result = try matrix(a.rows, a.columns, of: To.self)
    if From.self == Double.self {
      a.start.withMemoryRebound(to: Double.self, capacity: a.count) { from in
        result.start.withMemoryRebound(to: Float.self, capacity: a.count) {
          cla_narrow(a.count, 1, from, $0)
        }
      }
    } else {
      a.start.withMemoryRebound(to: Float.self, capacity: a.count) { from in
        result.start.withMemoryRebound(to: Double.self, capacity: a.count) {
          cla_widen(a.count, from, $0)
        }
      }
    }
    return result
  }

  /// The largest magnitude of any element; 0 for none.
  public func largestMagnitude<Scalar: MatrixScalar>(of a: Matrix<Scalar>) -> Double {
    cla_largest(Scalar.code, a.count, a.start)
  }
}
