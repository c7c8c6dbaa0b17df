import FusionTestSupport
import Tensors
import Testing

@Suite struct NonFiniteTests {
  @Test(
    "every pattern of a small float is counted as its format defines it",
    arguments: FloatFormat.small)
  func everyPattern(_ format: FloatFormat) {
    let all = (0..<UInt64(1) << UInt64(format.bits)).map { $0 }
    let expected = all.count { !format.value($0).isFinite || format.isNaN($0) }
    let found = stored(all, bits: format.bits).withUnsafeBytes {
      Conversion.nonFiniteCount($0, as: format.dtype)
    }
    #expect(found == expected && found > 0)
  }

  @Test("NaN and infinities of wide floats are counted, the largest numbers are not")
  func wideFloats() {
    let values: [Double] = [
      1, .nan, -.infinity, .infinity, 0, -.greatestFiniteMagnitude, .signalingNaN,
    ]
    let singles = values.map { $0.isFinite ? Float.greatestFiniteMagnitude : Float($0) }
    #expect(values.withUnsafeBytes { Conversion.nonFiniteCount($0, as: .float64) } == 4)
    #expect(singles.withUnsafeBytes { Conversion.nonFiniteCount($0, as: .float32) } == 4)
    #expect(values.withUnsafeBytes { Conversion.nonFiniteCount($0, as: .int64) } == 0)
  }

  @Test("a tensor longer than one run is counted whole")
  func longTensor() throws {
    let count = (1 << 18) + 5
    var values = [Double](repeating: 1, count: count)
    for index in [0, 1 << 17, (1 << 18) - 1, 1 << 18, count - 1] { values[index] = .nan }
    let model = try InMemoryStateDict([
      try Tensor("w", shape: [count], values: values),
      try Tensor("i", dtype: .int32, shape: [2], values: [1, 2]),
      try Tensor("empty", shape: [0, 2], values: []),
    ])
    #expect(try model.nonFiniteCount(at: 0) == 5)
    #expect(try model.nonFiniteCount(at: 1) == 0)
    #expect(try model.nonFiniteCount(at: 2) == 0)
  }
}
