import Foundation

@testable import Checkpoints

/// Writes pickles opcode by opcode, right ones and wrong ones.
struct PickleBuilder {
  var bytes: [UInt8] = [0x80, 2]

  mutating func op(_ character: Character) { bytes.append(contentsOf: String(character).utf8) }

  mutating func text(_ text: String) {
    op("X")
    withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: text.utf8)
  }

  mutating func int(_ value: Int) {
    bytes.append(contentsOf: [0x8A, 8])
    withUnsafeBytes(of: Int64(value).littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func global(_ module: String, _ name: String) {
    bytes.append(contentsOf: "c\(module)\n\(name)\n".utf8)
  }

  mutating func ints(_ values: [Int]) {
    op("(")
    for value in values { int(value) }
    op("t")
  }

  mutating func dictionary(_ body: (inout PickleBuilder) -> Void) {
    op("}")
    op("(")
    body(&self)
    op("u")
  }

  mutating func storage(_ key: String, count: Int, type: String = "FloatStorage") {
    op("(")
    text("storage")
    global("torch", type)
    text(key)
    text("cpu")
    int(count)
    op("t")
    op("Q")
  }

  /// A key and a tensor.
  mutating func tensor(
    _ name: String, storage key: String, count: Int, offset: Int = 0, shape: [Int], strides: [Int],
    type: String = "FloatStorage"
  ) {
    text(name)
    global("torch._utils", "_rebuild_tensor_v2")
    op("(")
    storage(key, count: count, type: type)
    int(offset)
    ints(shape)
    ints(strides)
    bytes.append(0x89)
    op("}")
    op("t")
    op("R")
  }

  mutating func finish() -> [UInt8] {
    op(".")
    return bytes
  }
}

/// One member of a zip file under construction, with all that can be wrong with it.
struct ZipMember {
  var name: [UInt8]
  var data: [UInt8]
  var flags: UInt16 = 0x808
  var method: UInt16 = 0
  var size: UInt32?
  var compressedSize: UInt32?
  var offset: UInt32?
  var localName: [UInt8]?
  var localSignature: UInt32 = 0x0403_4B50
  var signature: UInt32 = 0x0201_4B50
  var disk: UInt16 = 0
  var extra: [UInt8] = []

  init(_ name: String, _ data: [UInt8]) {
    self.name = Array(name.utf8)
    self.data = data
  }
}

/// The parts at the end of a zip file that can be wrong.
struct ZipEnd {
  var count: UInt16?
  var size: UInt32?
  var start: UInt32?
  var disk: UInt16 = 0
  var comment: [UInt8] = []
  var zip64: [UInt64]?
}

func zip(_ members: [ZipMember], end: ZipEnd = ZipEnd()) -> [UInt8] {
  var file: [UInt8] = []
  var table: [UInt8] = []
  for member in members {
    let offset = member.offset ?? UInt32(file.count)
    let name = member.localName ?? member.name
    file += le(member.localSignature) + le(UInt16(0)) + le(member.flags) + le(member.method)
    file += [UInt8](repeating: 0, count: 16) + le(UInt16(name.count)) + le(UInt16(0)) + name
    file += member.data
    let size = UInt32(member.data.count)
    table += le(member.signature) + le(UInt32(0)) + le(member.flags) + le(member.method)
    table += [UInt8](repeating: 0, count: 8) + le(member.compressedSize ?? member.size ?? size)
    table += le(member.size ?? size) + le(UInt16(member.name.count))
    table += le(UInt16(member.extra.count)) + le(UInt16(0)) + le(member.disk)
    table += [UInt8](repeating: 0, count: 6) + le(offset) + member.name + member.extra
  }
  let start = file.count
  file += table
  if let fields = end.zip64 {
    let place = UInt64(file.count)
    file += le(UInt32(0x0606_4B50)) + le(UInt64(44)) + [UInt8](repeating: 0, count: 12)
    file += le(fields[0]) + le(fields[0]) + le(fields[1]) + le(fields[2])
    file += le(UInt32(0x0706_4B50)) + le(UInt32(0))
    file += le(fields.count > 3 ? fields[3] : place) + le(UInt32(1))
  }
  let count = end.count ?? UInt16(members.count)
  file += le(UInt32(0x0605_4B50)) + le(end.disk) + le(UInt16(0)) + le(count) + le(count)
  file += le(end.size ?? UInt32(table.count)) + le(end.start ?? UInt32(start))
  return file + le(UInt16(end.comment.count)) + end.comment
}

private func le<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

/// The members that torch.save writes.
func torchMembers(_ pickle: [UInt8], data: [(key: String, bytes: [UInt8])]) -> [ZipMember] {
  [
    ZipMember("m/data.pkl", pickle), ZipMember("m/byteorder", Array("little".utf8)),
    ZipMember("m/version", Array("3\n".utf8)),
  ] + data.map { ZipMember("m/data/" + $0.key, $0.bytes) }
}

func torchArchive(_ pickle: [UInt8], data: [(key: String, bytes: [UInt8])]) -> [UInt8] {
  zip(torchMembers(pickle, data: data))
}

/// Parses a whole PyTorch file in memory, with the same checks as from disk.
@discardableResult
func parseTorch(_ file: [UInt8], path: String = "m.pt") throws -> TorchHeader {
  try TorchHeader(FileBytes(file, path: path))
}
