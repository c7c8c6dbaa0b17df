import LinearAlgebra
import Testing

@Suite struct SubspaceTests {
  let count = DecompositionCount()
  let algebra: MatrixAlgebra
  init() throws { algebra = try MatrixAlgebra(tensor: "w", count: count) }

  /// A matrix with the given singular values.
  private func matrix(_ rows: Int, _ columns: Int, _ values: [Double]) throws -> Rows {
    let svd = try algebra.singularValues(
      try algebra.matrix(sample(rows, columns), as: Double.self))
    let padded = values + Array(repeating: 0, count: svd.values.count - values.count)
    return times(svd.u.asRows, scaled(svd.vt.asRows, padded))
  }

  @Test("leading triplets rebuild the best approximation", arguments: [(6, 11), (11, 6), (8, 8)])
  func triplets(_ rows: Int, _ columns: Int) throws {
    let a = sample(rows, columns)
    let m = try algebra.matrix(a, as: Double.self)
    let svd = try algebra.singularValues(m)
    let found = try algebra.leadingTriplets(of: m, rank: 3, noise: 0, accuracy: .narrow)
    #expect(count.fallbacks == 0 && count.total == 1)
    let best = times(
      svd.u.asRows.map { Array($0.prefix(3)) },
      Array(scaled(svd.vt.asRows, svd.values).prefix(3)))
    let rebuilt = times(
      transposed(found.left.asRows), scaled(found.right.asRows, found.values))
    #expect(distance(rebuilt, best) < 1e-12)
  }

  @Test("small singular values are found by the full decomposition, which is counted")
  func fallsBack() throws {
    let a = try matrix(6, 9, [1, 0.5, 0.1, 1e-7, 1e-8, 1e-9])
    let m = try algebra.matrix(a, as: Double.self)
    let found = try algebra.leadingTriplets(of: m, rank: 4, noise: 0, accuracy: .narrow)
    #expect(count.fallbacks == 1)
    #expect(abs(found.values[3] - 1e-7) < 1e-14)
  }

  @Test("what is below the noise has the value 0 and no vectors", arguments: [1e-5, 1e-9])
  func dropsNoise(_ noise: Double) throws {
    let a = try matrix(7, 5, [1, 0.5, noise / 10])
    let m = try algebra.matrix(a, as: Double.self)
    let found = try algebra.leadingTriplets(of: m, rank: 4, noise: noise, accuracy: .narrow)
    #expect(found.values.prefix(2).allSatisfy { $0 > 0.4 })
    #expect(found.values.suffix(2) == [0, 0])
    for side in [found.left.asRows, found.right.asRows] {
      #expect(side.suffix(2).joined().allSatisfy { $0 == 0 })
      #expect(
        distance(times(Array(side.prefix(2)), transposed(Array(side.prefix(2)))), identity(2))
          < 1e-9)
    }
  }

  @Test("the orthogonalizer makes rows orthonormal with the least change")
  func orthogonalizes() throws {
    let x = sample(5, 8)
    let r = try algebra.orthogonalizer(
      of: try algebra.matrix(x, as: Double.self), accuracy: .wide)
    let q = times(r.asRows, x)
    #expect(distance(times(q, transposed(q)), identity(5)) < 1e-12)
    // The polar factor is the one for which Q Xᵀ is symmetric.
    let symmetric = times(q, transposed(x))
    #expect(distance(symmetric, transposed(symmetric)) < 1e-12)
  }

  @Test("rows that depend on each other share one direction; zero rows stay zero")
  func dependentRows() throws {
    var x = sample(4, 8)
    x[2] = x[0]
    x[3] = Array(repeating: 0, count: 8)
    for accuracy in [Accuracy.narrow, .wide] {
      let r = try algebra.orthogonalizer(
        of: try algebra.matrix(x, as: Double.self), accuracy: accuracy)
      let q = times(r.asRows, x)
      #expect(distance([q[0]], [q[2]]) < 1e-9)
      #expect(q[3].allSatisfy { abs($0) < 1e-12 })
      // A partial isometry: Q Qᵀ Q = Q.
      #expect(distance(times(times(q, transposed(q)), q), q) < 1e-9)
    }
  }

  @Test("isotropic matrices keep directions and take one value", arguments: [(5, 9), (9, 5)])
  func isotropic(_ rows: Int, _ columns: Int) throws {
    let a = sample(rows, columns)
    let svd = try algebra.singularValues(try algebra.matrix(a, as: Double.self))
    let mean = svd.values.reduce(0, +) / 5
    let found = try algebra.isotropic(
      try algebra.matrix(a, as: Double.self), noise: 0, accuracy: .wide
    ) { $0.reduce(0, +) / Double($0.count) }
    let expected = times(
      svd.u.asRows, scaled(svd.vt.asRows, Array(repeating: mean, count: 5)))
    #expect(distance(found.asRows, expected) < 1e-11)
  }

  @Test("an isotropic matrix of low rank has nothing in its null space, by either way")
  func isotropicLowRank() throws {
    let a = try matrix(6, 8, [2, 1])
    for noise in [1e-4, 0] {
      let found = try algebra.isotropic(
        try algebra.matrix(a, as: Double.self), noise: noise, accuracy: .narrow
      ) { $0.reduce(0, +) / Double($0.count) }
      let values = try algebra.singularValues(found).values
      #expect(abs(values[0] - 0.5) < 1e-9 && abs(values[1] - 0.5) < 1e-9)
      #expect(values.dropFirst(2).allSatisfy { $0 < 1e-9 })
    }
    #expect(count.fallbacks == 1)
  }

  @Test(
    "numbers whose squares overflow or vanish, or nearly, are no obstacle",
    arguments: [1e200, 1e153, 1e140, 1e-140, 1e-153, 1e-200])
  func extremes(_ scale: Double) throws {
    let a = sample(4, 6).map { $0.map { $0 * scale } }
    let found = try algebra.isotropic(
      try algebra.matrix(a, as: Double.self), noise: 0, accuracy: .wide
    ) { _ in 1 }
    #expect(distance(times(found.asRows, transposed(found.asRows)), identity(4)) < 1e-12)
    let zero = try algebra.isotropic(
      try algebra.zeros(4, 6, of: Double.self), noise: 0, accuracy: .wide
    ) { _ in 1 }
    #expect(zero.asRows.joined().allSatisfy { $0 == 0 })
  }
}
