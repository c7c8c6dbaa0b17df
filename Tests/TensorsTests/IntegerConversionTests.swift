import Tensors
import Testing

@Suite struct IntegerConversionTests {
  static let values: [Double] = [
    0, -0.0, 0.5, -0.5, 0.999, 1, 1.999, -1.999, 127, 127.9, 128, 129, 255, 255.9, 256, 32767.5,
    32768, 65535.5, 65536, 2_147_483_647, 2_147_483_647.5, 2_147_483_648, 4_294_967_295.5,
    4_294_967_296, 0x1p53, 0x1p63, 0x1p63.nextDown, 0x1p64, 0x1p64.nextDown, 1e300, .infinity, .nan,
    .leastNonzeroMagnitude,
  ]

  /// Truncates toward zero and saturates; NaN is 0.
  private func expect<T: FixedWidthInteger>(_ type: T.Type, _ dtype: DType) {
    let values = Self.values + Self.values.map { -$0 }
    let expected = values.map { value -> T in
      if value.isNaN { return 0 }
      let whole = value.rounded(.towardZero)
      if whole < Double(T.min) { return .min }
      return T(exactly: whole) ?? (whole < 0 ? .min : .max)
    }
    let found = patterns(store(values, as: dtype), bits: T.bitWidth)
    #expect(found == expected.map { UInt64(truncatingIfNeeded: $0) & mask(T.bitWidth) })
  }

  private func mask(_ bits: Int) -> UInt64 { bits == 64 ? .max : 1 << UInt64(bits) - 1 }

  @Test("integers truncate toward zero and saturate")
  func saturate() {
    expect(Int64.self, .int64)
    expect(Int32.self, .int32)
    expect(Int16.self, .int16)
    expect(Int8.self, .int8)
    expect(UInt64.self, .uint64)
    expect(UInt32.self, .uint32)
    expect(UInt16.self, .uint16)
    expect(UInt8.self, .uint8)
  }

  private func expectLoad<T: FixedWidthInteger>(_ type: T.Type, _ dtype: DType) {
    let values: [T] = [.min, .max, 0, 1, .max / 3, .min / 5, 100]
    let bytes = stored(values.map { UInt64(truncatingIfNeeded: $0) }, bits: T.bitWidth)
    #expect(loadDoubles(bytes, as: dtype) == values.map { Double($0) })
    #expect(loadFloats(bytes, as: dtype) == values.map { Float($0) })
  }

  @Test("integers load as their nearest float")
  func load() {
    expectLoad(Int64.self, .int64)
    expectLoad(Int32.self, .int32)
    expectLoad(Int16.self, .int16)
    expectLoad(Int8.self, .int8)
    expectLoad(UInt64.self, .uint64)
    expectLoad(UInt32.self, .uint32)
    expectLoad(UInt16.self, .uint16)
    expectLoad(UInt8.self, .uint8)
  }

  @Test("a bool is 1 unless its byte or value is 0")
  func bools() {
    #expect(loadDoubles([0, 1, 2, 255], as: .bool) == [0, 1, 1, 1])
    #expect(loadFloats([0, 1, 2, 255], as: .bool) == [0, 1, 1, 1])
    #expect(store([0, -0.0, 1, -3, 0.25, .nan], as: .bool) == [0, 0, 1, 1, 1, 1])
  }
}
