internal import CLinearAlgebra

extension MatrixAlgebra {
  /// The leading eigenvectors of a tridiagonal matrix, each computed by itself; nil where some of
  /// them are too close to be told apart in this way.
  ///
  /// Eigenvalues come from bisection with Sturm counts, vectors from the twisted factorisation of
  /// T − λ that leaves least over. With eigenvalues a gap δ apart, vectors are orthogonal up to
  /// ε ‖T‖ / δ; what they lack is made up for by (Z Zᵀ)^(-1/2) ≈ 1 − (Z Zᵀ − 1) / 2. Most of a tenth
  /// of what LAPACK takes, which works on one vector at a time.
  ///
  /// Source: Dhillon and Parlett, "Multiple representations to compute orthogonal eigenvectors of
  /// symmetric tridiagonal matrices", 2004, https://doi.org/10.1016/j.laa.2003.12.028, section 3.
  ///
  /// - Parameter count: from 1 to n.
  /// - Throws: `LinearAlgebraError.tooLarge`.
  func separateEigen<Scalar: MatrixScalar>(
    _ form: TridiagonalForm<Scalar>, _ count: Int
  ) throws -> SymmetricEigen<Scalar>? {
    let n = form.side
    guard let (d, e, unit) = form.scaled else { return nil }
    let z = try matrix(count, n, of: Double.self)
    var values = [Double](repeating: 0, count: count)
    scratch(16 * n, of: Double.self) { work in
      cla_bisect(Int32(n), d, e, Int32(count), &values, work.baseAddress)
      cla_twisted(Int32(n), d, e, Int32(count), values, z.start, work.baseAddress)
    }
    guard try orthonormalize(z),
      cla_tridiagonal_residual(Int32(n), d, e, Int32(count), values, z.start)
        <= Double(n) * Double.ulpOfOne
    else { return nil }
    let vectors = try z as? Matrix<Scalar> ?? converted(z, to: Scalar.self)
    return SymmetricEigen(values: values.map { $0 * unit }, vectors: vectors)
  }

  /// All eigenvectors of a tridiagonal matrix, each computed by itself, orthogonal up to 6e-11; nil
  /// where too many eigenvalues are too close for that.
  ///
  /// With residuals of at most r and eigenvalues a gap δ apart, vectors are orthogonal up to 2 r / δ.
  /// Those of smaller gaps are made so by Gram and Schmidt's method.
  ///
  /// - Throws: `LinearAlgebraError`.
  func distinctEigen<Scalar: MatrixScalar>(
    _ form: TridiagonalForm<Scalar>
  ) throws -> SymmetricEigen<Scalar>? {
    let n = form.side
    guard let (d, e, unit) = form.scaled else { return nil }
    var (ascending, rest) = (d, e)
    guard cla_sterf(Int32(n), &ascending, &rest) == 0 else { return nil }
    let values = Array(ascending.reversed())
    let z = try matrix(n, n, of: Double.self)
    scratch(16 * n, of: Double.self) { work in
      cla_twisted(Int32(n), d, e, Int32(n), values, z.start, work.baseAddress)
    }
    let residual = cla_tridiagonal_residual(Int32(n), d, e, Int32(n), values, z.start)
    guard residual <= Double(n) * Double.ulpOfOne,
      // More pairs take longer than divide and conquer.
      cla_separate(
        Int32(n), Int32(n), values, 0x1p35 * max(residual, Double.ulpOfOne), 8 * n, z.start) == 0
    else { return nil }
    let vectors = try z as? Matrix<Scalar> ?? converted(z, to: Scalar.self)
    return SymmetricEigen(values: values.map { $0 * unit }, vectors: vectors)
  }

  /// Makes unit rows that are nearly orthogonal orthonormal, with the least change; false where
  /// they are not near enough.
  private func orthonormalize(_ z: Matrix<Double>) throws -> Bool {
    for _ in 0..<3 {
      let rest = try rowGram(z)
      for i in 0..<rest.rows { rest.start[i * rest.columns + i] -= 1 }
      let size = rowDots(rest, rest).reduce(0, +).squareRoot()
      if size <= 4 * Double(z.rows) * Double.ulpOfOne { return true }
      guard size < 0.1 else { return false }
      let correction = try product(rest, .plain, z)
      add(correction, scaledBy: -0.5, to: z)
      // The next term is the square of this one.
      if size <= 1e-8 { return true }
    }
    return false
  }

  /// Turns eigenvectors of the tridiagonal form into those of the matrix: applies the reflections,
  /// the last ones first, by blocks: H_1 … H_w = 1 − V T Vᵀ with T⁻¹ the upper triangle of VᵀV, its
  /// diagonal halved.
  ///
  /// Source: Joffrain et al., "Accumulating Householder transformations, revisited", 2006,
  /// https://doi.org/10.1145/1141885.1141886.
  ///
  /// - Parameter z: any number of rows of n elements.
  /// - Throws: `LinearAlgebraError.tooLarge`.
  func backTransform<Scalar: MatrixScalar>(
    _ z: Matrix<Scalar>, _ form: TridiagonalForm<Scalar>
  ) throws {
    let (n, width) = (form.side, 64)
    let (plain, transposed) = (Factor.plain.code, Factor.transposed.code)
    guard n > 1, z.rows > 0 else { return }
    // Columns of LAPACK's are rows of ours: V is w x n, W is z.rows x w.
    let v = try matrix(width, n, of: Scalar.self)
    let triangle = try matrix(width, width, of: Scalar.self)
    let w = try matrix(z.rows, width, of: Scalar.self)
    for first in stride(from: (n - 2) / width * width, through: 0, by: -width) {
      let count = Int32(min(width, n - 1 - first))
      let length = Int32(n - 1 - first)
      for i in 0..<Int(count) {
        let reflector = first + i
        let row = v.start + i * Int(length)
        row.update(repeating: 0, count: Int(length))
        if form.tau[reflector] != 0 {
          row[i] = 1
          (row + i + 1).update(
            from: form.reflectors.start + reflector * n + reflector + 2,
            count: n - 2 - reflector)
        }
      }
      // The lower triangle of VᵀV, which is the upper one transposed.
      cla_syrk(
        Scalar.code, transposed, count, length, v.start, length, triangle.start, count)
      for i in 0..<Int(count) {
        let tau = form.tau[first + i]
        triangle.start[i * Int(count) + i] = tau == 0 ? 1 : 1 / tau
      }
      // Z ← Z − V T Vᵀ Z.
      let part = z.start + first + 1
      cla_gemm(
        Scalar.code, transposed, plain, count, Int32(z.rows), length, 1, v.start, length, part,
        Int32(n), 0, w.start, count)
      cla_trsm(
        Scalar.code, transposed, count, Int32(z.rows), triangle.start, count, w.start, count)
      cla_gemm(
        Scalar.code, plain, plain, length, Int32(z.rows), count, -1, v.start, length, w.start,
        count, 1, part, Int32(n))
    }
    withExtendedLifetime((v, triangle, w, z)) {}
  }
}
