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

  /// A with all singular values replaced.
  private func isotropic(
    _ a: Matrix<Double>, noise: NullLevel, accuracy: Accuracy, _ value: ([Double]) -> Double
  ) throws -> Matrix<Double> {
    let result = try algebra.zeros(a.rows, a.columns, of: Double.self)
    try algebra.addIsotropic(
      a, noise: noise, accuracy: accuracy, scaledBy: 1, to: result, value)
    return result
  }

  @Test("leading triplets rebuild the best approximation", arguments: [(6, 11), (11, 6), (8, 8)])
  func triplets(_ rows: Int, _ columns: Int) throws {
    let a = sample(rows, columns)
    let m = try algebra.matrix(a, as: Double.self)
    let svd = try algebra.singularValues(m)
    let found = try algebra.leadingTriplets(of: m, rank: 3, noise: .fixed(0), accuracy: .narrow)
    #expect(count.fallbacks == 0 && count.total == 1)
    let best = times(
      svd.u.asRows.map { Array($0.prefix(3)) },
      Array(scaled(svd.vt.asRows, svd.values).prefix(3)))
    let rebuilt = times(
      transposed(found.left.asRows), scaled(found.right.asRows, found.values))
    #expect(distance(rebuilt, best) < 1e-12)
  }

  @Test(
    "triplets in float32 rebuild the best approximation, whatever the scale",
    arguments: [(64, 90), (90, 64), (80, 80)], [1, 1e-25, 1e25])
  func singleTriplets(_ sides: (Int, Int), _ scale: Double) throws {
    let a = sample(sides.0, sides.1).map { $0.map { $0 * scale } }
    let m = try algebra.matrix(a, as: Double.self)
    let best = try algebra.leadingTriplets(of: m, rank: 9, noise: .fixed(0), accuracy: .narrow)
    var isSingle = true
    let found = try algebra.leadingTriplets(
      of: m, rank: 9, noise: .fixed(0), accuracy: .narrow, inSingle: &isSingle)
    #expect(isSingle && count.singles == 1 && count.total == 2)
    let rebuilt = [best, found].map {
      times(transposed($0.left.asRows), scaled($0.right.asRows, $0.values))
    }
    #expect(distance(rebuilt[0], rebuilt[1]) < 1e-5 * scale)
    for (value, exact) in zip(found.values, best.values) {
      #expect(abs(value / exact - 1) < 1e-6)
    }
    for side in [found.left.asRows, found.right.asRows] {
      #expect(distance(times(side, transposed(side)), identity(9)) < 1e-5)
    }
  }

  @Test("float32 is not tried for float64 tensors, and not kept where singular values are small")
  func singleIsRefused() throws {
    let spread = try matrix(70, 70, (0..<70).map { 1 / Double(1 + $0) })
    let cases: [(Rows, Double, Accuracy)] = [
      (sample(70, 70), 0, .wide), (spread, 0, .narrow), (sample(70, 70), 5, .narrow),
      (sample(20, 70), 0, .narrow),
    ]
    for (rows, noise, accuracy) in cases {
      let m = try algebra.matrix(rows, as: Double.self)
      var isSingle = true
      let found = try algebra.leadingTriplets(
        of: m, rank: 12, noise: .fixed(noise), accuracy: accuracy, inSingle: &isSingle)
      let expected = try algebra.leadingTriplets(
        of: m, rank: 12, noise: .fixed(noise), accuracy: accuracy)
      #expect(found.values == expected.values)
      #expect(found.left.asRows == expected.left.asRows)
    }
    #expect(count.singles == 0 && count.fallbacks == 0)
  }

  @Test("products in float32 differ by less than their bound; rows that cancel are in float64")
  func singleProducts() throws {
    let a = sample(70, 80)
    let b = sample(80, 90, seed: 2)
    let (left, right) = (
      try algebra.matrix(a, as: Double.self), try algebra.matrix(transposed(b), as: Double.self)
    )
    let exact = times(a, b)
    let size = algebra.frobeniusNorm(of: try algebra.product(left, .plain, right, .transposed))
    for (norm, accuracy, isExact) in [
      (size, Accuracy.narrow, false), (size, .wide, true), (size / 1e3, .narrow, true),
    ] {
      let c = try algebra.matrix(sample(70, 90, seed: 3), as: Double.self)
      try algebra.addProduct(
        left, .plain, right, .transposed, norm: norm, alpha: 2, accuracy: accuracy, to: c)
      let expected = zip(exact, sample(70, 90, seed: 3)).map { zip($0, $1).map { 2 * $0 + $1 } }
      let error = distance(c.asRows, expected)
      #expect(isExact ? error < 1e-12 : error > 1e-9 && error < 1e-5)
    }
  }

  @Test("small singular values are found by the full decomposition, which is counted")
  func fallsBack() throws {
    let a = try matrix(6, 9, [1, 0.5, 0.1, 1e-7, 1e-8, 1e-9])
    let m = try algebra.matrix(a, as: Double.self)
    let found = try algebra.leadingTriplets(of: m, rank: 4, noise: .fixed(0), accuracy: .narrow)
    #expect(count.fallbacks == 1)
    #expect(abs(found.values[3] - 1e-7) < 1e-14)
  }

  @Test("how large rounding errors' singular values are depends on how many directions are filled")
  func levelOfErrors() throws {
    let errors = NullLevel.errors(1e-7)
    // The errors of a 30 x 30 matrix have singular values up to 1.1e-6, those of 1 x 1 up to 2e-7.
    let filled = try algebra.matrix(
      matrix(30, 30, Array(repeating: 1, count: 29) + [5e-7]), as: Double.self)
    let found = try algebra.leadingTriplets(
      of: filled, rank: 30, noise: errors, accuracy: .narrow)
    #expect(abs(found.values[29] - 5e-7) < 1e-12)
    let empty = try algebra.matrix(
      matrix(30, 30, [1, 0.5] + Array(repeating: 5e-7, count: 28)), as: Double.self)
    for accuracy in [Accuracy.narrow, .wide] {
      let found = try algebra.leadingTriplets(
        of: empty, rank: 30, noise: errors, accuracy: accuracy)
      #expect(found.values.dropFirst(2).allSatisfy { $0 == 0 })
      #expect(found.values.prefix(2).allSatisfy { $0 > 0.4 })
    }
  }

  @Test("what is below the noise has the value 0 and no vectors", arguments: [1e-5, 1e-9])
  func dropsNoise(_ noise: Double) throws {
    let a = try matrix(7, 5, [1, 0.5, noise / 10])
    let m = try algebra.matrix(a, as: Double.self)
    let found = try algebra.leadingTriplets(of: m, rank: 4, noise: .fixed(noise), accuracy: .narrow)
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
    let found = try isotropic(
      try algebra.matrix(a, as: Double.self), noise: .fixed(0), accuracy: .wide
    ) { $0.reduce(0, +) / Double($0.count) }
    let expected = times(
      svd.u.asRows, scaled(svd.vt.asRows, Array(repeating: mean, count: 5)))
    #expect(distance(found.asRows, expected) < 1e-11)
  }

  @Test("an isotropic matrix of low rank has nothing in its null space, by either way")
  func isotropicLowRank() throws {
    let a = try matrix(6, 8, [2, 1])
    for noise in [1e-4, 0] {
      let found = try isotropic(
        try algebra.matrix(a, as: Double.self), noise: .fixed(noise), accuracy: .narrow
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
    let found = try isotropic(
      try algebra.matrix(a, as: Double.self), noise: .fixed(0), accuracy: .wide
    ) { _ in 1 }
    #expect(distance(times(found.asRows, transposed(found.asRows)), identity(4)) < 1e-12)
    let zero = try isotropic(
      try algebra.zeros(4, 6, of: Double.self), noise: .fixed(0), accuracy: .wide
    ) { _ in 1 }
    #expect(zero.asRows.joined().allSatisfy { $0 == 0 })
  }
}
