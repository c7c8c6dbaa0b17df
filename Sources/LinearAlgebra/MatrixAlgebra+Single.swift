internal import CLinearAlgebra

// What may be computed in `Float`, twice as fast as in `Double`, and when.
extension MatrixAlgebra {
  /// The leading triplets to about five digits of the largest element of what they rebuild: from a
  /// Gram matrix in `Float` where its eigenvalues allow that, see `Accuracy.singleGramLimit`, and
  /// else as `leadingTriplets(of:rank:noise:accuracy:)` finds them.
  ///
  /// - Parameters:
  ///   - a: m x n, finite.
  ///   - noise: which singular values are null.
  ///   - isSingle: whether to try `Float`; becomes false where that failed, for matrices like this.
  /// - Throws: `LinearAlgebraError`.
  public func leadingTriplets(
    of a: Matrix<Double>, rank: Int, noise: NullLevel, accuracy: Accuracy,
    inSingle isSingle: inout Bool
  ) throws -> Triplets {
    if isSingle, accuracy.isNarrow {
      if let triplets = try singleTriplets(of: a, rank: rank, noise: noise) { return triplets }
      isSingle = false
    }
    return try leadingTriplets(of: a, rank: rank, noise: noise, accuracy: accuracy)
  }

  /// C = C + alpha · op(A) · op(B). The product is computed in `Float` where the errors of that are
  /// far below the elements of C in `Float`: at most `Accuracy.singleProductError` times the
  /// root of the mean square of the product's elements.
  ///
  /// Sums of k products a·b have errors of about 2^-24 √k |a| |b|, where rows and columns of A and B
  /// that cancel each other leave a sum smaller than that.
  ///
  /// - Parameter norm: the Frobenius norm of the product, which the caller knows.
  /// - Throws: `LinearAlgebraError.tooLarge`.
  public func addProduct(
    _ a: Matrix<Double>, _ opA: Factor = .plain, _ b: Matrix<Double>, _ opB: Factor = .plain,
    norm: Double, alpha: Double, accuracy: Accuracy, to c: Matrix<Double>
  ) throws {
    let error = 0x1p-24 * frobeniusNorm(of: a) * frobeniusNorm(of: b)
    guard accuracy.isNarrow, min(a.rows, a.columns, b.rows, b.columns) >= Self.leastSingleSide,
      error <= Accuracy.singleProductError * norm, let narrowA = try narrowed(a),
      let narrowB = try narrowed(b)
    else { return multiply(a, opA, b, opB, alpha: alpha, beta: 1, into: c) }
    let product = try product(narrowA.matrix, opA, narrowB.matrix, opB)
    precondition(product.rows == c.rows && product.columns == c.columns)
    cla_add_widened(c.count, alpha * narrowA.unit * narrowB.unit, product.start, c.start)
    withExtendedLifetime((product, c)) {}
  }

  /// The root of the sum of the squares of all elements.
  public func frobeniusNorm(of a: Matrix<Double>) -> Double {
    rowDots(a, a).reduce(0, +).squareRoot()
  }

  /// Triplets from a Gram matrix in `Float`; nil where too little would be left of the smallest.
  private func singleTriplets(
    of a: Matrix<Double>, rank: Int, noise: NullLevel
  ) throws -> Triplets? {
    guard rank > 0, rank <= min(a.rows, a.columns),
      min(a.rows, a.columns) >= Self.leastSingleSide, let (narrow, unit) = try narrowed(a)
    else { return nil }
    let isWide = a.rows <= a.columns
    let eigen = try eigen(isWide ? rowGram(narrow) : columnGram(narrow), leading: rank)
    // What may be null is left to `Double`.
    let null = noise.value(after: 0, a.rows, a.columns)
    guard let largest = eigen.values.first, let least = eigen.values.last,
      least >= Accuracy.singleGramLimit * largest, least * unit * unit > 4 * null * null
    else { return nil }
    count.add(isFull: false, isSingle: true)
    // The other side: Uᵀ A = diag(s) Vᵀ.
    let own = try converted(eigen.vectors, to: Double.self)
    let other = try converted(
      product(eigen.vectors, .plain, narrow, isWide ? .plain : .transposed), to: Double.self)
    let ownLengths = rowDots(own, own).map { $0.squareRoot() }
    let lengths = rowDots(other, other).map { $0.squareRoot() }
    scaleRows(of: own, by: ownLengths.map { 1 / $0 })
    scaleRows(of: other, by: lengths.map { 1 / $0 })
    let values = zip(lengths, ownLengths).map { unit * $0 / $1 }
    return isWide
      ? Triplets(left: own, values: values, right: other)
      : Triplets(left: other, values: values, right: own)
  }

  /// A / unit in `Float`, with a power of two that brings the largest element between 1 and 2; nil
  /// for zeros and where there is no such number.
  private func narrowed(
    _ a: Matrix<Double>
  ) throws -> (matrix: Matrix<Float>, unit: Double)? {
    let largest = largestMagnitude(of: a)
    guard largest >= 0x1p-400, largest <= 0x1p400 else { return nil }
    let result = try matrix(a.rows, a.columns, of: Float.self)
    let unit = Double(sign: .plus, exponent: largest.exponent, significand: 1)
    cla_narrow(a.count, 1 / unit, a.start, result.start)
    withExtendedLifetime(a) {}
    return (result, unit)
  }

  /// Below this there is nothing to gain.
  private static let leastSingleSide = 64
}
