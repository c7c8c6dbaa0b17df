extension ZipArchive {
  /// Where the table stands, and how many entries it has.
  static func findTable(_ file: FileBytes) throws -> (range: Range<Int>, count: Int) {
    func fault(_ fault: ZipFault) -> TorchError { .zip(path: file.path, fault) }
    // A comment of up to 65535 bytes may follow the 22 bytes of the end record.
    let tailStart = max(file.count - 22 - 65535, 0)
    let tail = try file.bytes(tailStart..<file.count)
    var position = tail.count - 22
    while position >= 0 {
      if tail.littleEndian32(at: position) == 0x0605_4B50,
        position + 22 + tail.littleEndian16(at: position + 20) == tail.count
      {
        break
      }
      position -= 1
    }
    guard position >= 0 else { throw fault(.noEndRecord) }
    guard tail.littleEndian16(at: position + 4) == 0, tail.littleEndian16(at: position + 6) == 0
    else { throw fault(.severalDisks) }
    var count = UInt64(tail.littleEndian16(at: position + 10))
    var size = UInt64(tail.littleEndian32(at: position + 12))
    var start = UInt64(tail.littleEndian32(at: position + 16))
    var limit = tailStart + position
    if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
      guard position >= 20, tail.littleEndian32(at: position - 20) == 0x0706_4B50 else {
        throw fault(.noZip64Record)
      }
      let place = tail.littleEndian64(at: position - 12)
      guard place <= UInt64(limit - 20), limit - 20 - Int(place) >= 56 else {
        throw fault(.noZip64Record)
      }
      let record = try file.bytes(Int(place)..<Int(place) + 56)
      guard record.littleEndian32(at: 0) == 0x0606_4B50 else { throw fault(.noZip64Record) }
      count = record.littleEndian64(at: 32)
      size = record.littleEndian64(at: 40)
      start = record.littleEndian64(at: 48)
      limit = Int(place)
    }
    guard size <= UInt64(tableLimit), start <= UInt64(limit), size <= UInt64(limit) - start,
      count <= size / 46
    else { throw fault(.tableSize) }
    return (Int(start)..<Int(start + size), Int(count))
  }
}
