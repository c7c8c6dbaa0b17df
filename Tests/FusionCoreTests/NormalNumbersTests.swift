import Foundation
import Testing

@testable import FusionCore

@Suite struct NormalNumbersTests {
  @Test("the logarithm agrees with the system's")
  func logarithms() {
    for x in [
      1e-300, 1e-10, 0.3, 0.5, 0.7071, 0.9999999, 1, 1.0000001, 1.4142135623730951, 2, 3e100,
    ] {
      let expected = log(x)
      #expect(abs(logarithm(x) - expected) <= 4e-16 * max(abs(expected), 1), "\(x)")
    }
    #expect(logarithm(1) == 0)
  }

  @Test("moments and tails are those of the normal distribution")
  func moments() {
    let count = 40_000
    let numbers = NormalNumbers(seed: 1)
    let values = (0..<count).map { numbers[UInt64($0)] }
    func mean(_ f: (Double) -> Double) -> Double {
      values.reduce(0) { $0 + f($1) } / Double(count)
    }
    let error = 1 / Double(count).squareRoot()
    #expect(abs(mean { $0 }) < 4 * error)
    #expect(abs(mean { $0 * $0 } - 1) < 4 * error * 2.0.squareRoot())
    #expect(abs(mean { $0 * $0 * $0 }) < 4 * error * 15.0.squareRoot())
    #expect(abs(mean { $0 * $0 * $0 * $0 } - 3) < 4 * error * 96.0.squareRoot())
    for (limit, share) in [(1.0, 0.317310508), (2, 0.0455002639), (3, 0.0026997961)] {
      let found = mean { abs($0) > limit ? 1 : 0 }
      #expect(abs(found - share) < 4 * error * (share * (1 - share)).squareRoot())
    }
  }

  @Test("a number depends on seed, stream and index alone, and neighbours are independent")
  func streams() {
    let numbers = NormalNumbers(seed: 3, stream: 5)
    #expect(numbers[9] == NormalNumbers(seed: 3, stream: 5)[9])
    #expect(numbers[9] != NormalNumbers(seed: 4, stream: 5)[9])
    #expect(numbers[9] != NormalNumbers(seed: 3, stream: 6)[9])
    let other = NormalNumbers(seed: 3, stream: 6)
    let count = 10_000
    let next = (0..<count).reduce(0) { $0 + numbers[UInt64($1)] * numbers[UInt64($1 + 1)] }
    let across = (0..<count).reduce(0) { $0 + numbers[UInt64($1)] * other[UInt64($1)] }
    #expect(abs(next) < 4 * Double(count).squareRoot())
    #expect(abs(across) < 4 * Double(count).squareRoot())
  }

  @Test("the numbers are these")
  func known() {
    let numbers = NormalNumbers(seed: 42)
    #expect(
      (0..<3).map { numbers[UInt64($0)] } == [
        0.35038618315054615, -0.26770076753173394, -0.546404090903972,
      ])
  }
}
