import FusionTestSupport
import Tensors
import Testing

@testable import FusionCore

/// A window over bit patterns of magnitudes.
struct WindowCase: CustomTestStringConvertible, Sendable {
  let low: UInt64
  let shift: UInt32
  let bins: Int
  var testDescription: String { "from \(low), \(bins) bins of 2^\(shift)" }
  var end: UInt64 { low + UInt64(bins) << UInt64(shift) }
}

@Suite struct CountingKernelTests {
  static let narrow = [
    WindowCase(low: 0, shift: 20, bins: 2048), WindowCase(low: 0, shift: 0, bins: 1),
    WindowCase(low: 0x3F80_0000, shift: 0, bins: 2048), WindowCase(low: 1000, shift: 3, bins: 5),
    WindowCase(low: 0x7FFF_FFF0, shift: 0, bins: 2048),
    WindowCase(low: 0x7F00_0000, shift: 20, bins: 4096),
  ]
  static let wide = [
    WindowCase(low: 0, shift: 52, bins: 2048),
    WindowCase(low: 0x3FF0_0000_0000_0000, shift: 0, bins: 2048),
    WindowCase(low: 1 << 40, shift: 7, bins: 3),
    WindowCase(low: 0x7FFF_FFFF_FFFF_FFF0, shift: 0, bins: 16),
  ]

  /// Patterns on both sides of the window's borders, each alone in a run of others far away.
  private func patterns(_ window: WindowCase, most: UInt64) -> [UInt64] {
    var random = SampleNumbers(seed: window.low &+ UInt64(window.bins))
    var patterns: [UInt64] = []
    let first = window.low
    for border in [first &- 1, first, first + 1, window.end - 1, window.end, window.end + 1]
    where border <= most {
      for length in [0, 5, 15, 16, 31] {
        let far: UInt64 = window.low > most / 2 ? 3 : most - 3
        patterns += Array(repeating: far, count: length) + [border]
        patterns += Array(repeating: far, count: 16)
      }
    }
    for _ in 0..<1000 { patterns.append(random.next() & most) }
    let reach = window.end - first + 9
    for _ in 0..<1000 { patterns.append(min(first + random.next() % reach, most)) }
    return patterns
  }

  private func expectCounts(
    _ patterns: [UInt64], _ window: WindowCase, of values: Slab
  ) {
    var counts = MagnitudeCounts(models: 2, binsPerModel: window.bins)
    counts.add(values, of: 1, low: window.low, shift: window.shift)
    var expected = [Int64](repeating: 0, count: window.bins)
    var below: Int64 = 0
    for pattern in patterns {
      if pattern < window.low {
        below += 1
      } else if pattern < window.end {
        expected[Int((pattern - window.low) >> UInt64(window.shift))] += 1
      }
    }
    #expect(Array(counts.counts(of: 1)) == expected)
    #expect(counts.below == [0, below])
    #expect(counts.counts(of: 0).allSatisfy { $0 == 0 })
  }

  @Test("magnitudes are counted as one by one, up to the borders of the window", arguments: narrow)
  func counts32(_ window: WindowCase) {
    let patterns = patterns(window, most: 0x7FFF_FFFF)
    var values = patterns.enumerated().map { index, pattern in
      Float(bitPattern: UInt32(pattern) | (index % 2 == 0 ? 0 : 0x8000_0000))
    }
    values.withUnsafeMutableBufferPointer { expectCounts(patterns, window, of: .float32($0)) }
  }

  @Test("magnitudes in float64 are counted as one by one", arguments: wide)
  func counts64(_ window: WindowCase) {
    let patterns = patterns(window, most: 0x7FFF_FFFF_FFFF_FFFF)
    var values = patterns.enumerated().map { index, pattern in
      Double(bitPattern: pattern | (index % 2 == 0 ? 0 : 0x8000_0000_0000_0000))
    }
    values.withUnsafeMutableBufferPointer { expectCounts(patterns, window, of: .float64($0)) }
  }
}
