import Foundation
import Testing

@testable import Methods

@Suite struct CMAESTests {
  /// Runs a search.
  ///
  /// - Returns: the lowest value and the mean at the end.
  private func minimise(
    _ start: [Double], stepSize: Double = 0.5, population: Int? = nil, generations: Int,
    seed: Int = 1,
    _ function: ([Double]) -> Double
  ) -> (value: Double, mean: [Double]) {
    var search = CMAES(mean: start, stepSize: stepSize, population: population, seed: seed)
    var lowest = Double.infinity
    for _ in 0..<generations {
      let values = search.ask().map(function)
      lowest = min(lowest, values.min() ?? .infinity)
      search.tell(values.indices.sorted { (values[$0], $0) < (values[$1], $1) })
    }
    return (lowest, search.mean)
  }

  @Test("a sphere is found from far away", arguments: [1, 2, 5, 20])
  func sphere(_ dimension: Int) {
    let target = (0..<dimension).map { Double($0) / 3 - 1 }
    let found = minimise(
      Array(repeating: 3, count: dimension), generations: 60 + 30 * dimension
    ) { zip($0, target).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
    #expect(found.value < 1e-8)
    for (a, b) in zip(found.mean, target) { #expect(abs(a - b) < 1e-3) }
  }

  @Test("an ellipsoid whose axes differ a thousandfold, turned by 45 degrees, is found")
  func ellipsoid() {
    let found = minimise([3, 3, 3, 3], generations: 400) { x in
      let turned = [x[0] + x[1], x[0] - x[1], x[2] + x[3], x[2] - x[3]]
      return zip(turned, [1, 1e6, 1e2, 1e4]).reduce(0) { $0 + $1.1 * $1.0 * $1.0 }
    }
    #expect(found.value < 1e-8)
  }

  @Test("Rosenbrock's valley is followed to its end")
  func rosenbrock() {
    let found = minimise([0, 0, 0, 0], stepSize: 0.3, generations: 900, seed: 3) { x in
      (0..<3).reduce(0) { sum, i in
        let (a, b) = (x[i + 1] - x[i] * x[i], 1 - x[i])
        return sum + 100 * a * a + b * b
      }
    }
    #expect(found.value < 1e-8)
  }

  @Test("only the order of values counts, and the seed decides all else")
  func orders() {
    func sphere(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 } }
    let plain = minimise([1, 2], generations: 30, sphere)
    let warped = minimise([1, 2], generations: 30) { exp(sphere($0)) - 7 }
    #expect(plain.mean == warped.mean)
    #expect(plain.mean == minimise([1, 2], generations: 30, sphere).mean)
    #expect(plain.mean != minimise([1, 2], generations: 30, seed: 2, sphere).mean)
  }

  @Test("values without order leave everything finite")
  func flat() {
    var search = CMAES(mean: [0, 0, 0], stepSize: 1, population: 4, seed: 0)
    for _ in 0..<3000 {
      let candidates = search.ask()
      search.tell(Array(candidates.indices))
    }
    #expect(search.mean.allSatisfy(\.isFinite) && search.ask().joined().allSatisfy(\.isFinite))
    #expect(
      CMAES.defaultPopulation(dimension: 1) == 4 && CMAES.defaultPopulation(dimension: 8) == 10)
  }

  @Test("a symmetric matrix is decomposed into orthogonal vectors")
  func eigen() {
    let n = 7
    let matrix = (0..<n * n).map { index in
      let (i, j) = (min(index / n, index % n), max(index / n, index % n))
      return cos(Double(3 * i + 5 * j)) + (i == j ? Double(i) : 0)
    }
    let eigen = SymmetricEigen(matrix, size: n)
    for i in 0..<n {
      for j in 0..<n {
        var (product, gram) = (0.0, 0.0)
        for k in 0..<n {
          product += eigen.vectors[i * n + k] * eigen.values[k] * eigen.vectors[j * n + k]
          gram += eigen.vectors[k * n + i] * eigen.vectors[k * n + j]
        }
        #expect(abs(product - matrix[i * n + j]) < 1e-12)
        #expect(abs(gram - (i == j ? 1 : 0)) < 1e-12)
      }
    }
  }
}
