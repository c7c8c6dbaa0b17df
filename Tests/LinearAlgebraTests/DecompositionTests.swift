import Foundation
import LinearAlgebra
import Testing

@Suite struct DecompositionTests {
  let algebra: MatrixAlgebra
  init() throws { algebra = try MatrixAlgebra(tensor: "layer.weight") }

  @Test(
    "U · diag(s) · V gives the matrix back", arguments: [(5, 9), (9, 5), (7, 7), (1, 6), (6, 1)])
  func singularValues(_ rows: Int, _ columns: Int) throws {
    try checkSingularValues(sample(rows, columns), Double.self, tolerance: 1e-13)
    try checkSingularValues(sample(rows, columns), Float.self, tolerance: 1e-5)
  }

  private func checkSingularValues<Scalar: MatrixScalar>(
    _ a: Rows, _ type: Scalar.Type, tolerance: Double
  ) throws {
    let svd = try algebra.singularValues(try algebra.matrix(a, as: type))
    #expect(svd.values.count == min(a.count, a[0].count))
    #expect(svd.values == svd.values.sorted(by: >))
    let product = times(svd.u.asRows, scaled(svd.vt.asRows, svd.values))
    #expect(distance(product, a) < tolerance)
    #expect(
      distance(times(transposed(svd.u.asRows), svd.u.asRows), identity(svd.values.count))
        < tolerance)
    #expect(
      distance(times(svd.vt.asRows, transposed(svd.vt.asRows)), identity(svd.values.count))
        < tolerance)
  }

  @Test(
    "eigenvectors are orthonormal and diagonalise, all of them and a part",
    arguments: [1, 2, 9, 40])
  func eigen(_ n: Int) throws {
    let a = sample(n, n + 3)
    let g = times(a, transposed(a))
    let all = try algebra.eigen(try algebra.matrix(g, as: Double.self))
    #expect(all.values == all.values.sorted(by: >))
    let q = all.vectors.asRows
    #expect(distance(times(q, transposed(q)), identity(n)) < 1e-12)
    #expect(distance(times(q, g), scaled(q, all.values)) < 1e-11)
    let part = max(n / 4, 1)
    let some = try algebra.eigen(try algebra.matrix(g, as: Double.self), leading: part)
    let p = some.vectors.asRows
    #expect(zip(some.values, all.values).allSatisfy { abs($0 - $1) < 1e-11 })
    #expect(some.values.count == part)
    #expect(distance(times(p, g), scaled(p, some.values)) < 1e-11)
    let single = try algebra.eigen(try algebra.matrix(g, as: Float.self), leading: part)
    #expect(zip(single.values, all.values).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  /// Symmetric matrices whose eigenvalues are alone, in clusters, or the same.
  enum Spectrum: CaseIterable {
    case separate, close, equal, twice, lowRank, graded, zero

    func matrix(_ n: Int) -> Rows {
      let a = sample(n, n, seed: 3)
      let gram = times(a, transposed(a))
      let few = a.map { Array($0.prefix(3)) }
      switch self {
      case .separate: return gram
      case .close: return filled(n) { gram[$0][$1] * 1e-10 + ($0 == $1 ? 1 : 0) }
      case .equal: return filled(n) { $0 == $1 ? 3 : 0 }
      case .twice: return filled(n) { $0 % 2 == $1 % 2 ? gram[$0 / 2][$1 / 2] : 0 }
      case .lowRank: return times(few, transposed(few))
      case .graded: return filled(n) { gram[$0][$1] * exp2(-Double($0 + $1)) }
      case .zero: return filled(n) { _, _ in 0 }
      }
    }

    private func filled(_ n: Int, _ element: (Int, Int) -> Double) -> Rows {
      (0..<n).map { row in (0..<n).map { element(row, $0) } }
    }
  }

  @Test(
    "any part of the eigenvectors is orthonormal and diagonalises, however close the eigenvalues",
    arguments: Spectrum.allCases, [6, 80])
  func eigenOfClusters(_ spectrum: Spectrum, _ n: Int) throws {
    let g = spectrum.matrix(n)
    let all = try algebra.eigen(try algebra.matrix(g, as: Double.self)).values
    let size = max(all.map(abs).max() ?? 0, 1e-300)
    for count in [1, n / 4, n / 2, n / 2 + 1, n] {
      let some = try algebra.eigen(try algebra.matrix(g, as: Double.self), leading: count)
      #expect(some.values == some.values.sorted(by: >))
      #expect(zip(some.values, all).allSatisfy { abs($0 - $1) < 1e-13 * size })
      let q = some.vectors.asRows
      #expect(distance(times(q, transposed(q)), identity(count)) < 1e-12)
      #expect(distance(times(q, g), scaled(q, some.values)) < 1e-12 * size)
    }
  }

  @Test(
    "all eigenvectors for float32 are orthonormal to ten digits, however close the eigenvalues",
    arguments: Spectrum.allCases, [2, 6, 80])
  func narrowEigen(_ spectrum: Spectrum, _ n: Int) throws {
    let g = spectrum.matrix(n)
    let all = try algebra.eigen(try algebra.matrix(g, as: Double.self)).values
    let size = max(all.map(abs).max() ?? 0, 1e-300)
    let found = try algebra.eigen(try algebra.matrix(g, as: Double.self), isNarrow: true)
    #expect(found.values == found.values.sorted(by: >))
    #expect(zip(found.values, all).allSatisfy { abs($0 - $1) < 1e-13 * size })
    let q = found.vectors.asRows
    #expect(distance(times(q, transposed(q)), identity(n)) < 1e-10)
    #expect(distance(times(q, g), scaled(q, found.values)) < 1e-12 * size)
  }

  @Test("random matrices' eigenvectors are found one by one where ten digits do")
  func narrowEigenOfRandom() throws {
    let a = sample(90, 100)
    let g = times(a, transposed(a))
    let exact = try algebra.eigen(try algebra.matrix(g, as: Double.self))
    let found = try algebra.eigen(try algebra.matrix(g, as: Double.self), isNarrow: true)
    let q = found.vectors.asRows
    #expect(distance(times(q, transposed(q)), identity(90)) < 1e-10)
    // Another way than divide and conquer.
    #expect(q != exact.vectors.asRows)
  }

  @Test(
    "Q is orthonormal, R upper triangular, Q · R the matrix", arguments: [(9, 4), (5, 5), (3, 1)])
  func qr(_ rows: Int, _ columns: Int) throws {
    let a = sample(rows, columns)
    let (q, r) = try algebra.qr(try algebra.matrix(a, as: Double.self))
    #expect(distance(times(q.asRows, r.asRows), a) < 1e-13)
    #expect(distance(times(transposed(q.asRows), q.asRows), identity(columns)) < 1e-13)
    for (row, values) in r.asRows.enumerated() {
      #expect(values.prefix(row).allSatisfy { $0 == 0 })
    }
  }

  @Test("matrices without elements have decompositions without values")
  func empty() throws {
    let flat = try algebra.matrix(0, 5, of: Double.self)
    let svd = try algebra.singularValues(flat)
    #expect(svd.values.isEmpty && svd.vt.columns == 5 && svd.u.rows == 0)
    #expect(try algebra.eigen(try algebra.matrix(0, 0, of: Double.self)).values.isEmpty)
    #expect(
      try algebra.rowGram(try algebra.matrix(3, 0, of: Double.self)).asRows == [
        [0, 0, 0], [0, 0, 0], [0, 0, 0],
      ])
    let triplets = try algebra.leadingTriplets(of: flat, rank: 0, noise: .fixed(0), accuracy: .wide)
    #expect(triplets.values.isEmpty)
  }

  @Test("a rank that the matrix has not is an error that names the tensor")
  func rankOutOfRange() throws {
    let a = try algebra.matrix(sample(3, 4), as: Double.self)
    for rank in [-1, 4] {
      #expect(
        throws: LinearAlgebraError.rankOutOfRange(tensor: "layer.weight", rank: rank, limit: 3)
      ) { try algebra.leadingTriplets(of: a, rank: rank, noise: .fixed(0), accuracy: .wide) }
    }
  }

  @Test("NaN and infinity are found before LAPACK sees them", arguments: [Double.nan, .infinity])
  func refusesNonFinite(_ value: Double) throws {
    var rows = sample(4, 5)
    rows[2][3] = value
    let a = try algebra.matrix(rows, as: Double.self)
    #expect(
      throws: LinearAlgebraError.notFinite(
        tensor: "layer.weight", what: "the change of model 'a'", count: 1, first: 13)
    ) { try algebra.requireFinite(a, "the change of model 'a'") }
  }

  @Test("sizes beyond the library's integers are an error, not an overflow")
  func refusesLargeSizes() {
    for (rows, columns) in [(1 << 40, 1), (1, Int.max), (1 << 31, 1 << 31)] {
      #expect(
        throws: LinearAlgebraError.tooLarge(tensor: "layer.weight", rows: rows, columns: columns)
      ) { _ = try algebra.matrix(rows, columns, of: Double.self) }
    }
  }
}
