import FusionTestSupport
import Tensors
import Testing

@Suite struct ConversionTests {
  @Test(
    "every pattern of a small float loads as its format defines it", arguments: FloatFormat.small)
  func loadsEveryPattern(_ format: FloatFormat) {
    let all = (0..<UInt64(1) << UInt64(format.bits)).map { $0 }
    let bytes = stored(all, bits: format.bits)
    let wide = loadDoubles(bytes, as: format.dtype)
    let narrow = loadFloats(bytes, as: format.dtype)
    var wrong: [UInt64] = []
    for (pattern, (double, float)) in zip(all, zip(wide, narrow)) {
      let expected = format.value(pattern)
      let same =
        format.isNaN(pattern)
        ? double.isNaN && float.isNaN
        : double.bitPattern == expected.bitPattern && float.bitPattern == Float(expected).bitPattern
      if !same { wrong.append(pattern) }
    }
    #expect(wrong.isEmpty, "\(wrong.count) patterns, the first is \(wrong.first ?? 0)")
    #expect(wide.contains { $0.isNaN } && wide.contains { $0.bitPattern == (-0.0).bitPattern })
  }

  #if arch(arm64) || os(Linux)
    @Test("halves load as the compiler's Float16")
    func halvesAgreeWithTheCompiler() {
      let all = (0...UInt64(UInt16.max)).map { $0 }
      let found = loadFloats(stored(all, bits: 16), as: .float16)
      let wrong = all.indices.filter { index in
        let expected = Float(Float16(bitPattern: UInt16(all[index])))
        return expected.isNaN ? !found[index].isNaN : found[index].bitPattern != expected.bitPattern
      }
      #expect(wrong.isEmpty, "\(wrong.prefix(5))")
    }
  #endif

  @Test("loading and storing gives back every pattern but NaN's", arguments: FloatFormat.small)
  func roundTrip(_ format: FloatFormat) {
    let all = (0..<UInt64(1) << UInt64(format.bits)).filter { !format.isNaN($0) }
    let back = patterns(
      store(loadDoubles(stored(all, bits: format.bits), as: format.dtype), as: format.dtype),
      bits: format.bits)
    #expect(back == all)
  }

  @Test(
    "values on, between and beside neighbouring patterns round to nearest even",
    arguments: FloatFormat.all)
  func roundsToNearestEven(_ format: FloatFormat) {
    var values: [Double] = []
    let count = UInt64(1) << UInt64(format.bits - 1)
    var random = SampleNumbers(seed: 11)
    let chosen =
      format.bits == 32
      ? (0..<30_000).map { _ in random.next() % count } : Array(0..<count)
    for pattern in chosen {
      let value = format.value(pattern)
      guard value.isFinite else { continue }
      let next = format.value(pattern + 1)
      // Beyond the largest number the next one would be a spacing away.
      let spacing = next.isFinite ? next - value : value - format.value(pattern - 1)
      let tie = value + spacing / 2
      values += [value, tie, tie.nextUp, tie.nextDown, value + spacing]
    }
    values += values.map { -$0 }
    expectNearest(values, format)
  }

  @Test("random doubles of every size round to nearest even", arguments: FloatFormat.all)
  func roundsRandomValues(_ format: FloatFormat) {
    var random = SampleNumbers(seed: 7)
    var values = (0..<60_000).map { _ in Double(bitPattern: random.next()) }
    // Most of those are far out of range: more near it.
    for _ in 0..<60_000 {
      let exponent = Int(random.next() % 320) - 160
      let sign: FloatingPointSign = random.next() % 2 == 0 ? .plus : .minus
      values.append(
        Double(
          sign: sign, exponent: exponent, significand: 1 + Double(random.next() >> 12) * 0x1p-52))
    }
    values += [
      0, -0.0, .infinity, -.infinity, .nan, -.nan, .greatestFiniteMagnitude,
      -.greatestFiniteMagnitude, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
      .leastNormalMagnitude, 0x1p-1023, 448, 464, 464.0.nextUp, 480, 57344, 61440, 61440.0.nextDown,
      65504, 65519.999, 65520, 0x1p-24, 0x1p-25, 0x1p-25.nextUp, 0x1p-149, 0x1p-150,
      0x1p-150.nextUp, 0x1.fffffep127, 0x1.ffffffp127, 0x1.ffffffp127.nextDown,
    ]
    expectNearest(values, format)
  }

  private func expectNearest(_ values: [Double], _ format: FloatFormat) {
    let found = patterns(store(values, as: format.dtype), bits: format.bits)
    let wrong = values.indices.filter { index in
      if let expected = format.nearest(to: values[index]) { return found[index] != expected }
      return !format.isNaN(found[index])
    }
    #expect(
      wrong.isEmpty,
      "\(wrong.count) of \(values.count), the first is \(wrong.first.map { values[$0] } ?? 0)")
  }

  @Test("the twin itself rounds as the compiler does")
  func twinIsRight() throws {
    let single = try #require(FloatFormat.all.first { $0.dtype == .float32 })
    var random = SampleNumbers(seed: 3)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: random.next())
      guard !value.isNaN else { continue }
      #expect(single.nearest(to: value) == UInt64(Float(value).bitPattern))
    }
  }

  @Test("float64 passes through unchanged, NaN payloads included")
  func float64IsCopied() {
    var random = SampleNumbers(seed: 5)
    let all =
      (0..<1000).map { _ in random.next() } + [0x8000_0000_0000_0000, 0x7FF8_0000_0000_0123]
    let bytes = stored(all, bits: 64)
    #expect(loadDoubles(bytes, as: .float64).map(\.bitPattern) == all)
    #expect(store(all.map { Double(bitPattern: $0) }, as: .float64) == bytes)
  }

  @Test("float32 loads unchanged into floats, NaN payloads included")
  func float32IsCopied() {
    var random = SampleNumbers(seed: 6)
    let all = (0..<1000).map { _ in random.next() >> 32 } + [0x8000_0000, 0x7FC0_0123, 1]
    #expect(loadFloats(stored(all, bits: 32), as: .float32).map { UInt64($0.bitPattern) } == all)
  }

  @Test("float64 loads into floats rounded once")
  func float64IntoFloats() {
    let values = [0.1, 1 + 0x1p-24, 1 + 0x1.8p-23, 1e300, -1e-300, -0.0]
    let found = loadFloats(store(values, as: .float64), as: .float64)
    #expect(found.map(\.bitPattern) == values.map { Float($0).bitPattern })
  }

  @Test(
    "any run length and any alignment of an element converts alike",
    arguments: [0, 1, 7, 15, 16, 17, 63, 1000])
  func lengths(_ count: Int) {
    var random = SampleNumbers(seed: UInt64(count))
    let values = (0..<count).map { _ in Double(Int64(bitPattern: random.next())) * 0x1p-62 }
    for format in FloatFormat.all {
      let together = store(values, as: format.dtype)
      let apart = values.flatMap { store([$0], as: format.dtype) }
      #expect(together == apart)
      #expect(loadDoubles(together, as: format.dtype).count == count)
    }
  }
}
