import FusionTestSupport
import Testing

@testable import FusionCore

@Suite struct RowKernelTests {
  /// Rows with equal magnitudes, zeros of both signs, few and many digits, NaN and infinity.
  private static func rows() -> [[Double]] {
    var random = SampleNumbers(seed: 5)
    func number() -> Double { Double(Int64(bitPattern: random.next())) * 0x1p-60 }
    return [
      [], [3], [0, -0.0, 0], [2, -2, 1, -1, 2, .nan, -.infinity, 0.5, .nan],
      (0..<1000).map { _ in Double(Float(number())) },
      (0..<1000).map { _ in number() },
      (0..<500).map { _ in Double(Int64(number() * 3)) },
    ]
  }

  @Test("values are dropped by the rank of their magnitude, as a sort gives it")
  func drops() {
    for row in Self.rows() {
      for rescale in [false, true] {
        var random = SampleNumbers(seed: UInt64(row.count))
        var draws = row.map { _ in UInt32(truncatingIfNeeded: random.next()) }
        var found = row
        found.withUnsafeMutableBufferPointer { values in
          draws.withUnsafeMutableBufferPointer {
            MatrixRow.drop(values, draws: $0, from: 0.3, spread: 0.4, rescale: rescale)
          }
        }
        var expected = row
        let keys = row.map(\.magnitude.bitPattern)
        let order = row.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
        for (rank, i) in order.enumerated() {
          let share = row.count > 1 ? Double(rank) / Double(row.count - 1) : 0.5
          let probability = 0.3 + 0.4 * share
          if Double(draws[i]) >= probability * 0x1p32 {
            expected[i] = 0
          } else if rescale {
            expected[i] /= probability
          }
        }
        #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
      }
    }
  }

  @Test("rows are mixed by their weights, all or those with the sign of the sum")
  func mixes() {
    let base = [1.0, 2, 3, 4, 5]
    let rows = [[1.0, -1, 0, .nan, 2], [2, 1, 0, 1, -2], [-4, 3, 0, 1, 0]]
    let cases: [(weights: [Double], elects: Bool, normalize: Bool, expected: [Double])] = [
      ([1, 1, 1], false, false, [0.5, 3.5, 3, .nan, 5]),
      ([1, 1, 2], false, true, [1 - 5.0 / 8, 2 + 6.0 / 8, 3, .nan, 5]),
      ([1, 1, -2], false, true, [6.5, -1, 3, .nan, 5]),
      ([1, 1, 1], true, false, [-1, 4, 3, .nan, 6]),
      ([1, 1, 2], true, true, [-1, 2 + 7.0 / 6, 3, .nan, 6]),
    ]
    for one in cases {
      var all = ([base] + rows).flatMap { $0 }
      all.withUnsafeMutableBufferPointer { values in
        let row = MatrixRow(
          tensor: 0, firstElement: 0, precision: .float64,
          values: (0..<4).map { .init(rebasing: values[$0 * 5..<($0 + 1) * 5]) })
        row.mix(
          weights: one.weights, elects: one.elects, normalize: one.normalize, lambda: 0.5)
        for (found, expected) in zip(row.result, one.expected) {
          #expect(found == expected || (found.isNaN && expected.isNaN))
        }
      }
    }
  }
}
