internal import CLinearAlgebra

extension MatrixAlgebra {
  /// The largest eigenvalues of a symmetric matrix and their vectors.
  ///
  /// The matrix is brought to tridiagonal form. A part of that form's eigenvectors comes from
  /// bisection and twisted factorisations, see `separateEigen`, and from LAPACK where their
  /// eigenvalues are too close to each other for that: by relatively robust representations, or,
  /// as all of them do, by divide and conquer.
  ///
  /// - Parameters:
  ///   - g: n x n, finite; it is overwritten.
  ///   - count: how many; nil for all.
  ///   - isNarrow: whether vectors need not be more orthogonal than to ten digits.
  /// - Throws: `LinearAlgebraError`.
  public func eigen<Scalar: MatrixScalar>(
    _ g: consuming Matrix<Scalar>, leading count: Int? = nil, isNarrow: Bool = false
  ) throws -> SymmetricEigen<Scalar> {
    precondition(g.rows == g.columns)
    let n = g.rows
    let wanted = count ?? n
    guard (0...n).contains(wanted) else {
      throw LinearAlgebraError.rankOutOfRange(tensor: tensor, rank: wanted, limit: n)
    }
    guard wanted > 0 else { return SymmetricEigen(values: [], vectors: try matrix(0, n)) }
    return try tridiagonal(g) { form in
      // More of them are made orthogonal more cheaply by divide and conquer.
      let found =
        try wanted <= n / 2
        ? separateEigen(form, wanted) : isNarrow && wanted == n ? distinctEigen(form) : nil
      let eigen =
        try found ?? (wanted <= n / 4 ? robustEigen(form, wanted) : dividedEigen(form, wanted))
      try backTransform(eigen.vectors, form)
      return eigen
    }
  }

  /// Brings `g` to tridiagonal form and lends it.
  private func tridiagonal<Scalar: MatrixScalar, R>(
    _ g: Matrix<Scalar>, _ body: (TridiagonalForm<Scalar>) throws -> R
  ) throws -> R {
    let n = g.rows
    return try scratch(3 * n, of: Scalar.self) { space in
      guard let d = space.baseAddress else { preconditionFailure("memory has an address") }
      let form = TridiagonalForm(d: d, e: d + n, tau: d + 2 * n, reflectors: g)
      // Blocks of up to 64 columns.
      let length = try counted(64 * n, (n, n))
      try scratch(Int(length), of: Scalar.self) { work in
        try check(
          cla_sytrd(
            Scalar.code, Int32(n), g.start, Int32(n), form.d, form.e, form.tau,
            work.baseAddress, length), "sytrd", n, n)
      }
      return try body(form)
    }
  }

  /// All eigenvectors by divide and conquer, of which `count` are kept.
  private func dividedEigen<Scalar: MatrixScalar>(
    _ form: TridiagonalForm<Scalar>, _ count: Int
  ) throws -> SymmetricEigen<Scalar> {
    let n = form.side
    let z = try matrix(n, n, of: Scalar.self)
    let length = try counted(1 + 4 * n + n * n, (n, n))
    let integers = try counted(3 + 5 * n, (n, n))
    try scratch(Int(length), of: Scalar.self) { work in
      try scratch(Int(integers), of: Int32.self) { iwork in
        try check(
          cla_stedc(
            Scalar.code, Int32(n), form.d, form.e, z.start, Int32(n), work.baseAddress, length,
            iwork.baseAddress, integers), "stedc", n, n)
      }
    }
    return try descending(z, form.diagonal, count)
  }

  /// The leading eigenvectors by relatively robust representations.
  private func robustEigen<Scalar: MatrixScalar>(
    _ form: TridiagonalForm<Scalar>, _ count: Int
  ) throws -> SymmetricEigen<Scalar> {
    let n = form.side
    let z = try matrix(count, n, of: Scalar.self)
    let length = try counted(18 * n, (n, n))
    var found: Int32 = 0
    let values = try scratch(n, of: Scalar.self) { values in
      try scratch(Int(length), of: Scalar.self) { work in
        try scratch(10 * n + 2 * count, of: Int32.self) { iwork in
          let support = iwork.baseAddress.map { $0 + 10 * n }
          try check(
            cla_stemr(
              Scalar.code, Int32(n), form.d, form.e, Int32(n - count + 1), Int32(n), &found,
              values.baseAddress, z.start, Int32(n), support, work.baseAddress, length,
              iwork.baseAddress, Int32(10 * n)), "stemr", n, n)
        }
      }
      return values.prefix(count).map { Double($0) }
    }
    try check(found == Int32(count) ? 0 : 1, "stemr", n, n)
    return try descending(z, values, count)
  }

  /// The last `count` rows of `z` and their values, the last one first.
  private func descending<Scalar: MatrixScalar>(
    _ z: Matrix<Scalar>, _ values: [Double], _ count: Int
  ) throws -> SymmetricEigen<Scalar> {
    let vectors = try matrix(count, z.columns, of: Scalar.self)
    for i in 0..<count {
      (vectors.start + i * z.columns).update(
        from: z.start + (z.rows - 1 - i) * z.columns, count: z.columns)
    }
    withExtendedLifetime(z) {}
    return SymmetricEigen(values: values.suffix(count).reversed(), vectors: vectors)
  }
}
