import Tensors

/// The table of contents of a zip file whose members are stored uncompressed, as PyTorch writes
/// them, checked whole before any of it is used.
///
/// Members are ranges of the file; nothing is ever extracted. Zip64 is understood. Refused are:
/// members that are compressed or encrypted, that overlap, lie outside the file, or appear twice,
/// names that lead elsewhere, and a local header that disagrees with the table. Checksums are not
/// compared: PyTorch can be told to write none.
///
/// Source: PKWARE's APPNOTE.TXT, version 6.3, sections 4.3 and 4.5.
struct ZipArchive: Sendable {
  /// The most bytes that the table may have.
  static let tableLimit = 1 << 25

  /// Where the bytes of each member stand in the file.
  let members: [TensorName: Range<Int>]
  /// The names of the members in the order of the table.
  let names: [TensorName]

  /// Reads the table.
  ///
  /// - Throws: `TorchError.zip`, and what reading throws.
  init(_ file: FileBytes) throws {
    let (table, count) = try ZipArchive.findTable(file)
    let bytes = try file.bytes(table)
    var reader = ZipTableReader(bytes: bytes, path: file.path, tableStart: table.lowerBound)
    var entries: [ZipTableReader.Entry] = []
    var members: [TensorName: Range<Int>] = [:]
    for _ in 0..<count {
      let entry = try reader.entry()
      let data = try ZipArchive.data(of: entry, in: file, before: table.lowerBound)
      guard members.updateValue(data, forKey: entry.name) == nil else {
        throw TorchError.zip(path: file.path, .duplicate(entry.name))
      }
      entries.append(entry)
    }
    guard reader.isAtEnd else { throw TorchError.zip(path: file.path, .tableSize) }
    try ZipArchive.checkOverlap(entries, members, path: file.path)
    self.members = members
    names = entries.map(\.name)
  }

  /// Follows a table entry to its local header.
  private static func data(
    of entry: ZipTableReader.Entry, in file: FileBytes, before limit: Int
  ) throws -> Range<Int> {
    let fault = TorchError.zip(path: file.path, .localHeader(entry.name))
    guard entry.header <= limit - 30 else { throw fault }
    let header = try file.bytes(entry.header..<entry.header + 30)
    guard header.littleEndian32(at: 0) == 0x0403_4B50 else { throw fault }
    let nameLength = header.littleEndian16(at: 26)
    let nameStart = entry.header + 30
    let start = nameStart + nameLength + header.littleEndian16(at: 28)
    guard start <= limit, entry.size <= limit - start,
      nameLength == entry.name.string.utf8.count,
      try file.bytes(nameStart..<nameStart + nameLength).elementsEqual(entry.name.string.utf8)
    else { throw fault }
    return start..<start + entry.size
  }

  private static func checkOverlap(
    _ entries: [ZipTableReader.Entry], _ members: [TensorName: Range<Int>], path: String
  ) throws {
    var end = 0
    for entry in entries.sorted(by: { $0.header < $1.header }) {
      guard entry.header >= end else { throw TorchError.zip(path: path, .overlap(entry.name)) }
      end = members[entry.name]?.upperBound ?? end
    }
  }
}
