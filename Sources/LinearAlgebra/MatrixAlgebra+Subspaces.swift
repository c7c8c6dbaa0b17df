extension MatrixAlgebra {
  /// The leading singular triplets of a matrix; null ones are zero.
  public struct Triplets {
    /// rank x m: row i is the left singular vector of value i, or zero.
    public let left: Matrix<Double>
    /// The singular values, descending; 0 from the first null one on.
    public let values: [Double]
    /// rank x n: row i is the right singular vector of value i, or zero.
    public let right: Matrix<Double>
  }

  /// The `rank` largest singular values of `a` and their vectors.
  ///
  /// They come from the eigenvectors of the smaller of A · Aᵀ and Aᵀ · A, and from the full
  /// decomposition where those are not accurate enough.
  ///
  /// - Parameters:
  ///   - a: m x n, finite.
  ///   - noise: which singular values are null: rounding of what the matrix was made of.
  /// - Throws: `LinearAlgebraError`.
  public func leadingTriplets(
    of a: Matrix<Double>, rank: Int, noise: NullLevel, accuracy: Accuracy
  ) throws -> Triplets {
    guard (0...min(a.rows, a.columns)).contains(rank) else {
      throw LinearAlgebraError.rankOutOfRange(
        tensor: tensor, rank: rank, limit: min(a.rows, a.columns))
    }
    guard rank > 0, largestMagnitude(of: a) > 0 else {
      return Triplets(
        left: try zeros(rank, a.rows), values: Array(repeating: 0, count: rank),
        right: try zeros(rank, a.columns))
    }
    let isWide = a.rows <= a.columns
    let gram = try isWide ? rowGram(a) : columnGram(a)
    if let eigen = try trustedEigen(
      gram, leading: rank, longer: max(a.rows, a.columns), noise: noise, accuracy: accuracy)
    {
      count.add(isFull: false)
      // The other side: Uᵀ A = diag(s) Vᵀ. Its rows' lengths are the singular values.
      let other = try product(eigen.vectors, .plain, a, isWide ? .plain : .transposed)
      let lengths = rowDots(other, other).map { $0.squareRoot() }
      let values = zip(lengths, eigen.values).map { $1 > 0 ? $0 : 0 }
      scaleRows(of: other, by: values.map { $0 > 0 ? 1 / $0 : 0 })
      scaleRows(of: eigen.vectors, by: values.map { $0 > 0 ? 1 : 0 })
      return isWide
        ? Triplets(left: eigen.vectors, values: values, right: other)
        : Triplets(left: other, values: values, right: eigen.vectors)
    }
    count.add(isFull: true)
    let full = try singularValues(a)
    let known = noise.rank(
      of: full.values, a.rows, a.columns, atLeast: nullLevel(full.values, a.rows, a.columns))
    let values = full.values.prefix(rank).enumerated().map { $0 < known ? $1 : 0 }
    let left = try transpose(full.u, first: rank)
    let right = try rows(0..<rank, of: full.vt)
    for side in [left, right] { scaleRows(of: side, by: values.map { $0 > 0 ? 1 : 0 }) }
    return Triplets(left: left, values: values, right: right)
  }

  /// The leading triplets of a matrix that has no more rows than columns, and an orthonormal basis
  /// of what their left vectors leave of the columns' space.
  ///
  /// - Parameters:
  ///   - a: m x n with m <= n, finite.
  ///   - noise: which singular values are null.
  /// - Returns: the triplets, and m - rank rows; nil where one of the triplets is null.
  /// - Throws: `LinearAlgebraError`.
  public func splitTriplets(
    of a: Matrix<Double>, rank: Int, noise: NullLevel, accuracy: Accuracy
  ) throws -> (leading: Triplets, rest: Matrix<Double>)? {
    precondition(a.rows <= a.columns && (0...a.rows).contains(rank))
    guard largestMagnitude(of: a) > 0 else { return nil }
    let gram = try rowGram(a)
    guard isInRange(gram) else { return nil }
    let eigen = try eigen(gram, isNarrow: accuracy.isNarrow)
    let largest = eigen.values.first ?? 0
    // What is below this is left to the full decomposition of `leadingTriplets`.
    let least = (accuracy.gramLimit * largest).squareRoot()
    let values = eigen.values.prefix(rank).map { max($0, 0).squareRoot() }
    guard largest > 0, noise.rank(of: values, a.rows, a.columns, atLeast: least) == rank else {
      return nil
    }
    count.add(isFull: false)
    let left = try rows(0..<rank, of: eigen.vectors)
    let right = try product(left, .plain, a)
    let lengths = rowDots(right, right).map { $0.squareRoot() }
    scaleRows(of: right, by: lengths.map { 1 / $0 })
    return (
      Triplets(left: left, values: lengths, right: right),
      try rows(rank..<a.rows, of: eigen.vectors)
    )
  }

  /// The matrix R that makes the rows of `x` orthonormal with the least change: R · X is the
  /// orthogonal factor of the polar decomposition, (X Xᵀ)^(-1/2) X.
  ///
  /// Where the rows depend on each other, or are zero, R · X is the partial isometry of least
  /// norm: the pseudo-inverse root.
  ///
  /// - Parameter x: k x n with k <= n.
  /// - Throws: `LinearAlgebraError`.
  public func orthogonalizer(of x: Matrix<Double>, accuracy: Accuracy) throws -> Matrix<Double> {
    let gram = try rowGram(x)
    let largest = gram.rows > 0 ? largestMagnitude(of: gram) : 0
    guard largest > 0 else { return try zeros(x.rows, x.rows) }
    if let eigen = try trustedEigen(
      gram, leading: x.rows, longer: x.columns,
      noise: .fixed(accuracy.dependence * largest.squareRoot()), accuracy: accuracy)
    {
      count.add(isFull: false)
      return try spectralSum(eigen.vectors, eigen.values.map { $0 > 0 ? 1 / $0.squareRoot() : 0 })
    }
    count.add(isFull: true)
    let full = try singularValues(x)
    let null = accuracy.dependence * (full.values.first ?? 0)
    let vectors = try transpose(full.u, first: x.rows)
    return try spectralSum(vectors, full.values.map { $0 > null ? 1 / $0 : 0 })
  }

  /// C = C + factor · B, where B is A with every singular value replaced by `value`, null ones by
  /// 0; `value` gets all of them.
  ///
  /// - Parameters:
  ///   - a: m x n, finite.
  ///   - noise: which singular values are null.
  /// - Throws: `LinearAlgebraError`.
  public func addIsotropic(
    _ a: Matrix<Double>, noise: NullLevel, accuracy: Accuracy, scaledBy factor: Double,
    to c: Matrix<Double>, _ value: ([Double]) -> Double
  ) throws {
    let side = min(a.rows, a.columns)
    guard side > 0, largestMagnitude(of: a) > 0 else { return }
    let isWide = a.rows <= a.columns
    let gram = try isWide ? rowGram(a) : columnGram(a)
    if let eigen = try trustedEigen(
      gram, leading: side, longer: max(a.rows, a.columns), noise: noise, accuracy: accuracy)
    {
      count.add(isFull: false)
      let values = eigen.values.map { $0.squareRoot() }
      let common = value(values)
      let root = try spectralSum(eigen.vectors, values.map { $0 > 0 ? 1 / $0 : 0 })
      // B / common has singular values of 1.
      let norm = Double(values.count { $0 > 0 }).squareRoot()
      try isWide
        ? addProduct(
          root, .plain, a, norm: norm, alpha: factor * common, accuracy: accuracy, to: c)
        : addProduct(
          a, .plain, root, norm: norm, alpha: factor * common, accuracy: accuracy, to: c)
      return
    }
    count.add(isFull: true)
    let full = try singularValues(a)
    let known = noise.rank(
      of: full.values, a.rows, a.columns, atLeast: nullLevel(full.values, a.rows, a.columns))
    let common = value(full.values)
    scaleRows(of: full.vt, by: full.values.indices.map { $0 < known ? 1 : 0 })
    multiply(full.u, .plain, full.vt, alpha: factor * common, beta: 1, into: c)
  }

  /// Eigenvalues and vectors of a Gram matrix, null ones set to 0; nil where those that are not
  /// null are too small to be accurate.
  ///
  /// - Parameter longer: the longer side of the matrix, which the sums go over.
  private func trustedEigen(
    _ gram: consuming Matrix<Double>, leading rank: Int, longer: Int, noise: NullLevel,
    accuracy: Accuracy
  ) throws -> SymmetricEigen<Double>? {
    guard isInRange(gram) else { return nil }
    let shorter = gram.rows
    let eigen = try eigen(gram, leading: rank, isNarrow: accuracy.isNarrow)
    guard let largest = eigen.values.first, largest > 0 else { return nil }
    let known =
      eigen.values.indices.first {
        let null = noise.value(after: $0, shorter, longer)
        let isResolved = null * null >= Accuracy.gramResolution * largest
        return isResolved && eigen.values[$0] <= null * null
      } ?? eigen.values.count
    guard eigen.values.prefix(known).allSatisfy({ $0 >= accuracy.gramLimit * largest }) else {
      return nil
    }
    let values = eigen.values.enumerated().map { $0 < known ? $1 : 0 }
    return SymmetricEigen(values: values, vectors: eigen.vectors)
  }

  /// Whether sums of a Gram matrix's elements, and digits of them, stay in the range of numbers.
  private func isInRange(_ gram: Matrix<Double>) -> Bool {
    let largest = largestMagnitude(of: gram)
    return isFinite(gram) && largest > 0x1p-916 && largest < 0x1p900
  }

  /// Σ_i factors_i · q_i q_iᵀ for the rows q_i of `vectors` and factors that are not negative.
  private func spectralSum(
    _ vectors: Matrix<Double>, _ factors: [Double]
  ) throws -> Matrix<Double> {
    scaleRows(of: vectors, by: factors.map { $0.squareRoot() })
    return try columnGram(vectors)
  }

  /// What a full decomposition in `Double` cannot tell from zero.
  private func nullLevel(_ values: [Double], _ rows: Int, _ columns: Int) -> Double {
    Double(max(rows, columns)) * Double.ulpOfOne * (values.first ?? 0)
  }

  /// The first columns of `a`, as rows.
  func transpose(_ a: Matrix<Double>, first count: Int) throws -> Matrix<Double> {
    let result = try matrix(count, a.rows, of: Double.self)
    a.withValues { from in
      result.withValues { to in
        for row in 0..<a.rows {
          for column in 0..<count { to[column * a.rows + row] = from[row * a.columns + column] }
        }
      }
    }
    return result
  }

  /// The rows of `a` in a range, copied.
  ///
  /// - Throws: nothing that making `a` did not.
  public func rows<Scalar: MatrixScalar>(
    _ range: Range<Int>, of a: Matrix<Scalar>
  ) throws -> Matrix<Scalar> {
    let result = try matrix(range.count, a.columns, of: Scalar.self)
    a.withValues { from in
      result.withValues { to in
        let start = range.lowerBound * a.columns
        _ = to.initialize(
          from: UnsafeMutableBufferPointer(rebasing: from[start..<start + to.count]))
      }
    }
    return result
  }

  /// The columns of `a` in a range, copied.
  ///
  /// - Throws: nothing that making `a` did not.
  public func columns<Scalar: MatrixScalar>(
    _ range: Range<Int>, of a: Matrix<Scalar>
  ) throws -> Matrix<Scalar> {
    precondition(range.lowerBound >= 0 && range.upperBound <= a.columns)
    let result = try matrix(a.rows, range.count, of: Scalar.self)
    for row in 0..<a.rows {
      (result.start + row * range.count).update(
        from: a.start + row * a.columns + range.lowerBound, count: range.count)
    }
    withExtendedLifetime(a) {}
    return result
  }
}
