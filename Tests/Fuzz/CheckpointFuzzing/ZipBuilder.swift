/// One member of a zip file under construction, with all that can be wrong with it.
package struct ZipMember {
  package var name: [UInt8]
  package var data: [UInt8]
  package var flags: UInt16 = 0x808
  package var method: UInt16 = 0
  package var size: UInt32?
  package var compressedSize: UInt32?
  package var offset: UInt32?
  package var localName: [UInt8]?
  package var localSignature: UInt32 = 0x0403_4B50
  package var signature: UInt32 = 0x0201_4B50
  package var disk: UInt16 = 0
  package var extra: [UInt8] = []

  package init(_ name: String, _ data: [UInt8]) {
    self.name = Array(name.utf8)
    self.data = data
  }
}

/// The parts at the end of a zip file that can be wrong.
package struct ZipEnd {
  package var count: UInt16?
  package var size: UInt32?
  package var start: UInt32?
  package var disk: UInt16 = 0
  package var comment: [UInt8] = []
  package var zip64: [UInt64]?
}

/// A zip file of these members.
package func zip(_ members: [ZipMember], end: ZipEnd = ZipEnd()) -> [UInt8] {
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
package func torchMembers(_ pickle: [UInt8], data: [(key: String, bytes: [UInt8])]) -> [ZipMember] {
  [
    ZipMember("m/data.pkl", pickle), ZipMember("m/byteorder", Array("little".utf8)),
    ZipMember("m/version", Array("3\n".utf8)),
  ] + data.map { ZipMember("m/data/" + $0.key, $0.bytes) }
}

/// A file as torch.save writes it.
package func torchArchive(_ pickle: [UInt8], data: [(key: String, bytes: [UInt8])]) -> [UInt8] {
  zip(torchMembers(pickle, data: data))
}
