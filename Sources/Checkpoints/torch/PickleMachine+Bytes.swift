extension PickleMachine {
  mutating func byte() throws -> UInt8 {
    guard offset < bytes.count else { throw PickleFault.cutShort }
    defer { offset += 1 }
    return bytes[offset]
  }

  /// A little-endian number of up to eight bytes.
  mutating func integer(_ width: Int) throws -> UInt64 {
    guard bytes.count - offset >= width else { throw PickleFault.cutShort }
    var value: UInt64 = 0
    for index in 0..<width { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
    offset += width
    return value
  }

  /// A length that is there to follow.
  mutating func count(_ width: Int) throws -> Int {
    let value = try integer(width)
    guard value <= UInt64(bytes.count - offset) else { throw PickleFault.cutShort }
    return Int(value)
  }

  mutating func skip(_ count: Int) throws {
    guard bytes.count - offset >= count else { throw PickleFault.cutShort }
    offset += count
  }

  mutating func text(_ count: Int) throws -> String {
    let run = UnsafeBufferPointer(rebasing: bytes[offset..<offset + count])
    guard let text = String(validating: run, as: UTF8.self) else { throw PickleFault.invalidUTF8 }
    offset += count
    return text
  }

  /// A number in two's complement; one of more than eight bytes has no meaning for weights.
  mutating func long(_ count: Int) throws -> PickleValue {
    guard count <= 8 else {
      offset += count
      return .opaque
    }
    guard count > 0 else { return .int(0) }
    let value = try integer(count)
    let unused = UInt64(64 - 8 * count)
    return .int(Int(Int64(bitPattern: value << unused) >> Int64(unused)))
  }

  /// Text up to the end of the line.
  mutating func line() throws -> String {
    let start = offset
    while offset < bytes.count, bytes[offset] != 0x0A { offset += 1 }
    guard offset < bytes.count else { throw PickleFault.cutShort }
    let run = UnsafeBufferPointer(rebasing: bytes[start..<offset])
    offset += 1
    guard let text = String(validating: run, as: UTF8.self) else { throw PickleFault.invalidUTF8 }
    return text
  }
}

extension PickleFault: Error {}
