import Tensors

/// Reads the entries of a zip file's table one by one.
struct ZipTableReader {
  struct Entry {
    let name: TensorName
    /// Bytes of the data.
    let size: Int
    /// Where the local header stands.
    let header: Int
  }

  let bytes: [UInt8]
  let path: String
  let tableStart: Int
  private var offset = 0

  init(bytes: [UInt8], path: String, tableStart: Int) {
    self.bytes = bytes
    self.path = path
    self.tableStart = tableStart
  }

  var isAtEnd: Bool { offset == bytes.count }

  /// The next entry.
  ///
  /// - Throws: `TorchError.zip`.
  mutating func entry() throws -> Entry {
    guard bytes.count - offset >= 46, bytes.littleEndian32(at: offset) == 0x0201_4B50 else {
      throw TorchError.zip(path: path, .tableSize)
    }
    let flags = bytes.littleEndian16(at: offset + 8)
    let method = bytes.littleEndian16(at: offset + 10)
    let nameLength = bytes.littleEndian16(at: offset + 28)
    let extraLength = bytes.littleEndian16(at: offset + 30)
    let commentLength = bytes.littleEndian16(at: offset + 32)
    let disk = bytes.littleEndian16(at: offset + 34)
    guard bytes.count - offset - 46 >= nameLength + extraLength + commentLength else {
      throw TorchError.zip(path: path, .tableSize)
    }
    let nameStart = offset + 46
    let name = try checkedName(bytes[nameStart..<nameStart + nameLength])
    guard flags & 1 == 0, flags & 0x2040 == 0 else {
      throw TorchError.zip(path: path, .encrypted(name))
    }
    guard method == 0 else { throw TorchError.zip(path: path, .compressed(name)) }
    var fields = [
      UInt64(bytes.littleEndian32(at: offset + 24)), UInt64(bytes.littleEndian32(at: offset + 20)),
      UInt64(bytes.littleEndian32(at: offset + 42)),
    ]
    let extraStart = nameStart + nameLength
    try readZip64(extraStart..<extraStart + extraLength, into: &fields, name)
    guard disk == 0 || disk == 0xFFFF else { throw TorchError.zip(path: path, .severalDisks) }
    guard fields[0] == fields[1], fields[0] < 1 << 62, fields[2] < UInt64(tableStart) else {
      throw TorchError.zip(path: path, .entry(name))
    }
    offset = extraStart + extraLength + commentLength
    return Entry(name: name, size: Int(fields[0]), header: Int(fields[2]))
  }

  /// Fields that are all ones stand in the extra field of kind 1, in this order.
  private func readZip64(
    _ extra: Range<Int>, into fields: inout [UInt64], _ name: TensorName
  ) throws {
    let fault = TorchError.zip(path: path, .entry(name))
    var wide = fields.indices.filter { fields[$0] == 0xFFFF_FFFF }[...]
    var position = extra.lowerBound
    while !wide.isEmpty {
      guard extra.upperBound - position >= 4 else { throw fault }
      let kind = bytes.littleEndian16(at: position)
      let end = position + 4 + bytes.littleEndian16(at: position + 2)
      guard end <= extra.upperBound else { throw fault }
      if kind == 1 {
        position += 4
        while let field = wide.popFirst() {
          guard end - position >= 8 else { throw fault }
          fields[field] = bytes.littleEndian64(at: position)
          position += 8
        }
      }
      position = end
    }
  }

  /// A relative path without steps upwards.
  private func checkedName(_ raw: ArraySlice<UInt8>) throws -> TensorName {
    guard let text = String(validating: raw, as: UTF8.self), !text.isEmpty,
      !raw.contains(0), !raw.contains(UInt8(ascii: "\\")), raw.first != UInt8(ascii: "/"),
      !text.utf8.split(separator: UInt8(ascii: "/")).contains(where: { Array($0) == [46, 46] })
    else { throw TorchError.zip(path: path, .name(String(decoding: raw, as: UTF8.self))) }
    return TensorName(text)
  }
}

extension [UInt8] {
  /// The two bytes from `offset` on, which must be there.
  func littleEndian16(at offset: Int) -> Int { Int(self[offset]) | Int(self[offset + 1]) << 8 }

  /// The four bytes from `offset` on, which must be there.
  func littleEndian32(at offset: Int) -> UInt32 {
    UInt32(littleEndian16(at: offset)) | UInt32(littleEndian16(at: offset + 2)) << 16
  }

  /// The eight bytes from `offset` on, which must be there.
  func littleEndian64(at offset: Int) -> UInt64 {
    UInt64(littleEndian32(at: offset)) | UInt64(littleEndian32(at: offset + 4)) << 32
  }
}
