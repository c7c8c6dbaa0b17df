internal import CLinearAlgebra

extension MatrixAlgebra {
  /// The largest eigenvalues of a symmetric matrix and their vectors.
  ///
  /// All of them come from divide and conquer, a part of them from relatively robust
  /// representations.
  ///
  /// - Parameters:
  ///   - g: n x n, finite; it is overwritten.
  ///   - count: how many; nil for all.
  /// - Throws: `LinearAlgebraError`.
  public func eigen<Scalar: MatrixScalar>(
    _ g: consuming Matrix<Scalar>, leading count: Int? = nil
  ) throws -> SymmetricEigen<Scalar> {
    precondition(g.rows == g.columns)
    let n = g.rows
    let wanted = count ?? n
    guard (0...n).contains(wanted) else {
      throw LinearAlgebraError.rankOutOfRange(tensor: tensor, rank: wanted, limit: n)
    }
    guard wanted > 0 else { return SymmetricEigen(values: [], vectors: try matrix(0, n)) }
    // A part of up to a quarter is cheaper to find alone.
    let found =
      try wanted <= n / 4 ? partOfEigen(g, wanted) : allOfEigen(g)
    return found.leading(wanted, try matrix(wanted, n))
  }

  private func allOfEigen<Scalar: MatrixScalar>(
    _ g: Matrix<Scalar>
  ) throws -> Ascending<Scalar> {
    let n = g.rows
    let z = try matrix(n, n, of: Scalar.self)
    let length = try counted(max(1 + 4 * n + n * n, Self.blocked(n)), (n, n))
    let integers = try counted(3 + 5 * n, (n, n))
    return try tridiagonal(g, length) { form, work in
      try scratch(Int(integers), of: Int32.self) { iwork in
        try check(
          cla_stedc(
            Scalar.code, Int32(n), form.d, form.e, z.start, Int32(n), work.baseAddress, length,
            iwork.baseAddress, integers), "stedc", n, n)
      }
      try backTransform(g, form, n, z, work)
      return Ascending(values: form.values(n), vectors: z)
    }
  }

  private func partOfEigen<Scalar: MatrixScalar>(
    _ g: Matrix<Scalar>, _ count: Int
  ) throws -> Ascending<Scalar> {
    let n = g.rows
    let z = try matrix(count, n, of: Scalar.self)
    let length = try counted(Self.blocked(n), (n, n))
    return try tridiagonal(g, length) { form, work in
      var found: Int32 = 0
      let values = try scratch(n, of: Scalar.self) { w in
        try scratch(10 * n + 2 * count, of: Int32.self) { iwork in
          let support = iwork.baseAddress.map { $0 + 10 * n }
          try check(
            cla_stemr(
              Scalar.code, Int32(n), form.d, form.e, Int32(n - count + 1), Int32(n), &found,
              w.baseAddress, z.start, Int32(n), support, work.baseAddress, length,
              iwork.baseAddress, Int32(10 * n)), "stemr", n, n)
        }
        return w.prefix(count).map { Double($0) }
      }
      try check(found == Int32(count) ? 0 : 1, "stemr", n, n)
      try backTransform(g, form, count, z, work)
      return Ascending(values: values, vectors: z)
    }
  }

  /// Working memory for reducing and transforming back by blocks of up to 64 columns.
  private static func blocked(_ n: Int) -> Int { 64 * n + 65 * 64 }

  /// Brings `g` to tridiagonal form and lends it with working memory of `length` elements.
  private func tridiagonal<Scalar: MatrixScalar, R>(
    _ g: Matrix<Scalar>, _ length: Int32,
    _ body: (TridiagonalForm<Scalar>, UnsafeMutableBufferPointer<Scalar>)
      throws -> R
  ) throws -> R {
    let n = g.rows
    return try scratch(3 * n, of: Scalar.self) { space in
      try scratch(Int(length), of: Scalar.self) { work in
        guard let d = space.baseAddress else { preconditionFailure("memory has an address") }
        let form = TridiagonalForm(d: d, e: d + n, tau: d + 2 * n)
        try check(
          cla_sytrd(
            Scalar.code, Int32(n), g.start, Int32(n), form.d, form.e, form.tau,
            work.baseAddress, length), "sytrd", n, n)
        return try body(form, work)
      }
    }
  }

  private func backTransform<Scalar: MatrixScalar>(
    _ g: Matrix<Scalar>, _ form: TridiagonalForm<Scalar>, _ count: Int, _ z: Matrix<Scalar>,
    _ work: UnsafeMutableBufferPointer<Scalar>
  ) throws {
    let n = g.rows
    try check(
      cla_ormtr(
        Scalar.code, Int32(n), Int32(count), g.start, Int32(n), form.tau, z.start, Int32(n),
        work.baseAddress, Int32(work.count)), "ormtr", n, n)
  }
}

/// A symmetric matrix as LAPACK reduces it: diagonal, off-diagonal, reflectors.
private struct TridiagonalForm<Scalar: MatrixScalar> {
  let d: UnsafeMutablePointer<Scalar>
  let e: UnsafeMutablePointer<Scalar>
  let tau: UnsafeMutablePointer<Scalar>

  func values(_ n: Int) -> [Double] { (0..<n).map { Double(d[$0]) } }
}

/// Eigenvalues in LAPACK's order.
private struct Ascending<Scalar: MatrixScalar> {
  let values: [Double]
  let vectors: Matrix<Scalar>

  /// The last `count`, in descending order, copied to `target`.
  func leading(_ count: Int, _ target: Matrix<Scalar>) -> SymmetricEigen<Scalar> {
    let n = vectors.columns
    vectors.withValues { from in
      target.withValues { to in
        for i in 0..<count {
          let row = vectors.rows - 1 - i
          _ = UnsafeMutableBufferPointer(rebasing: to[i * n..<(i + 1) * n])
            .initialize(from: from[row * n..<(row + 1) * n])
        }
      }
    }
    return SymmetricEigen(values: Array(values.suffix(count).reversed()), vectors: target)
  }
}
