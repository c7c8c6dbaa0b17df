import Foundation
import LinearAlgebra
import Testing

@Suite struct ProductTests {
  let algebra: MatrixAlgebra
  init() throws { algebra = try MatrixAlgebra(tensor: "w") }

  @Test("products equal the sums that define them, for either operand transposed")
  func products() throws {
    for (opA, opB) in [
      (MatrixAlgebra.Factor.plain, MatrixAlgebra.Factor.plain), (.plain, .transposed),
      (.transposed, .plain), (.transposed, .transposed),
    ] {
      let a = sample(4, 6)
      let b = sample(6, 3, seed: 2)
      let found = try algebra.product(
        try algebra.matrix(opA == .plain ? a : transposed(a), as: Double.self), opA,
        try algebra.matrix(opB == .plain ? b : transposed(b), as: Double.self), opB)
      #expect(distance(found.asRows, times(a, b)) < 1e-14)
    }
  }

  @Test("alpha and beta scale the product and what was there")
  func scales() throws {
    let a = sample(3, 2)
    let b = sample(2, 5, seed: 3)
    let c = sample(3, 5, seed: 4)
    let result = try algebra.matrix(c, as: Double.self)
    algebra.multiply(
      try algebra.matrix(a, as: Double.self), .plain, try algebra.matrix(b, as: Double.self),
      .plain, alpha: 2, beta: -1, into: result)
    let expected = zip(times(a, b), c).map { zip($0, $1).map { 2 * $0 - $1 } }
    #expect(distance(result.asRows, expected) < 1e-14)
  }

  @Test("Gram matrices are full and symmetric, of rows and of columns")
  func grams() throws {
    let a = sample(70, 45)
    let m = try algebra.matrix(a, as: Double.self)
    #expect(distance(try algebra.rowGram(m).asRows, times(a, transposed(a))) < 1e-12)
    #expect(distance(try algebra.columnGram(m).asRows, times(transposed(a), a)) < 1e-12)
  }

  @Test("rows are scaled, dotted and added")
  func rows() throws {
    let a = sample(3, 19)
    let b = sample(3, 19, seed: 5)
    let ma = try algebra.matrix(a, as: Double.self)
    let mb = try algebra.matrix(b, as: Double.self)
    let dots = algebra.rowDots(ma, mb)
    for (found, (x, y)) in zip(dots, zip(a, b)) {
      #expect(abs(found - zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }) < 1e-14)
    }
    algebra.add(ma, scaledBy: 3, to: mb)
    #expect(distance(mb.asRows, zip(a, b).map { zip($0, $1).map { 3 * $0 + $1 } }) < 1e-15)
    algebra.scaleRows(of: ma, by: [1, 0, -2])
    #expect(distance(ma.asRows, scaled(a, [1, 0, -2])) == 0)
    #expect(algebra.largestMagnitude(of: ma) == ma.asRows.joined().map(abs).max())
  }

  @Test("what a pool holds from before changes no bit", arguments: [20, 64, 130])
  func poolsDoNotMatter(_ n: Int) throws {
    let a = sample(n, n + 40)
    func result(_ pool: MatrixPool) throws -> Rows {
      let algebra = try MatrixAlgebra(tensor: "w", pool: pool)
      let m = try algebra.matrix(a, as: Double.self)
      let eigen = try algebra.eigen(try algebra.rowGram(m)).vectors.asRows
      let part = try algebra.eigen(try algebra.rowGram(m), leading: n / 5).vectors.asRows
      return eigen + part + (try algebra.singularValues(m).u.asRows)
    }
    let fresh = try result(MatrixPool())
    let used = MatrixPool()
    for size in stride(from: 10, to: 400, by: 30) {
      let algebra = try MatrixAlgebra(tensor: "w", pool: used)
      let left = (1...3).map { _ in try? algebra.matrix(size, size, of: Double.self) }
      for matrix in left { matrix?.withValues { $0.update(repeating: .nan) } }
      let isSame = try result(used) == fresh
      #expect(isSame, "after \(size)")
    }
  }

  @Test("threads that compute at the same time get the same bits as one alone")
  func threads() throws {
    let a = sample(60, 90)
    @Sendable func result() throws -> Rows {
      let algebra = try MatrixAlgebra(tensor: "w")
      let m = try algebra.matrix(a, as: Double.self)
      return try algebra.eigen(try algebra.rowGram(m)).vectors.asRows
    }
    let alone = try result()
    let failures = NSLock()
    nonisolated(unsafe) var different = 0
    DispatchQueue.concurrentPerform(iterations: 16) { _ in
      let same = (try? result()) == alone
      failures.withLock { different += same ? 0 : 1 }
    }
    #expect(different == 0)
  }
}
