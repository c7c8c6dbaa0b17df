import FusionTestSupport
import Tensors
import Testing

@Suite struct NonFiniteCountTests {
  @Test(
    "every pattern of a small float counts as its format defines it", arguments: FloatFormat.small)
  func everyPattern(_ format: FloatFormat) {
    let all = (0..<UInt64(1) << UInt64(format.bits)).map { $0 }
    let expected = all.filter { !format.value($0).isFinite }
    #expect(!expected.isEmpty)
    #expect(count(stored(all, bits: format.bits), format.dtype) == expected.count)
    for pattern in expected.prefix(20) {
      #expect(count(stored([pattern], bits: format.bits), format.dtype) == 1)
    }
  }

  @Test("wide floats count NaN of both signs and infinities, in runs of any length")
  func wide() {
    for length in [0, 1, 3, 16_383, 16_384, 16_385, 40_000] {
      let doubles = (0..<length).map { i -> Double in
        switch i % 5 {
        case 0: .nan
        case 1: -.nan
        case 2: .infinity
        case 3: -.greatestFiniteMagnitude
        default: -0.0
        }
      }
      let expected = doubles.filter { !$0.isFinite }.count
      #expect(doubles.withUnsafeBytes { Conversion.nonFiniteCount($0, as: .float64) } == expected)
      let floats = doubles.map { $0.isFinite ? Float.leastNonzeroMagnitude : Float($0) }
      #expect(floats.withUnsafeBytes { Conversion.nonFiniteCount($0, as: .float32) } == expected)
    }
  }

  @Test("integers are always finite")
  func integers() {
    let bytes = [UInt8](repeating: 0xFF, count: 64)
    for dtype in DType.allCases where !dtype.isFloatingPoint {
      #expect(count(bytes, dtype) == 0)
    }
  }

  private func count(_ bytes: [UInt8], _ dtype: DType) -> Int {
    bytes.withUnsafeBytes { Conversion.nonFiniteCount($0, as: dtype) }
  }
}
