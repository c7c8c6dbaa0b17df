/// Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations: A = V diag(λ) Vᵀ.
///
/// Source: Golub and Van Loan, "Matrix computations", 4th edition, section 8.5.
struct SymmetricEigen {
  /// The eigenvalues, in no order.
  let values: [Double]
  /// `[n, n]`, row-major: column j is the eigenvector of value j.
  let vectors: [Double]

  /// Decomposes `matrix`, `[n, n]` row-major; the upper half counts.
  init(_ matrix: [Double], size n: Int) {
    var a = matrix
    var v = [Double](repeating: 0, count: n * n)
    for i in 0..<n { v[i * n + i] = 1 }
    // Convergence is quadratic: six to ten sweeps in practice.
    for _ in 0..<60 {
      var rotations = 0
      for p in 0..<n {
        for q in p + 1..<max(n, p + 1) where Self.rotate(&a, &v, n, p, q) { rotations += 1 }
      }
      if rotations == 0 { break }
    }
    values = (0..<n).map { a[$0 * n + $0] }
    vectors = v
  }

  /// Makes element (p, q) zero.
  ///
  /// - Returns: false where it is as good as zero.
  private static func rotate(
    _ a: inout [Double], _ v: inout [Double], _ n: Int, _ p: Int, _ q: Int
  ) -> Bool {
    let off = a[p * n + q]
    let (app, aqq) = (a[p * n + p], a[q * n + q])
    guard abs(off) > 1e-17 * (abs(app) + abs(aqq)), off.isFinite else { return false }
    let theta = (aqq - app) / (2 * off)
    let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
    let c = 1 / (t * t + 1).squareRoot()
    let s = t * c
    for k in 0..<n {
      let (x, y) = (a[k * n + p], a[k * n + q])
      a[k * n + p] = c * x - s * y
      a[k * n + q] = s * x + c * y
    }
    for k in 0..<n {
      let (x, y) = (a[p * n + k], a[q * n + k])
      a[p * n + k] = c * x - s * y
      a[q * n + k] = s * x + c * y
      let (left, right) = (v[k * n + p], v[k * n + q])
      v[k * n + p] = c * left - s * right
      v[k * n + q] = s * left + c * right
    }
    a[p * n + q] = 0
    a[q * n + p] = 0
    return true
  }
}
