import Tensors

/// The table at the head of a safetensors file, checked whole before any of it is used.
///
/// Stricter than the format's reference reader: duplicate names and fields, a list in place of an
/// entry, a null in place of the metadata, and white space before the table are refused too.
/// Unknown fields of an entry are checked as JSON and ignored, as the reference reader does.
public final class SafetensorsHeader: Sendable {
  /// The most bytes that a header may have, as in the reference reader.
  public static let sizeLimit = 100_000_000
  /// The most dimensions that a tensor may have.
  public static let dimensionLimit = 64

  /// The tensors, in the order of their data.
  public let manifest: Manifest
  /// For every tensor of the manifest, where its bytes stand in the file.
  public let dataRanges: [Range<Int>]
  /// Text that the writer left, in the order of the header.
  public let metadata: [(key: String, value: String)]
  /// Where the first tensor's data begin in the file.
  public let dataOffset: Int
  /// Bytes of the whole file.
  private let fileSize: Int

  /// Reads the table.
  ///
  /// - Parameters:
  ///   - json: the header without the eight bytes that give its length.
  ///   - fileSize: bytes of the whole file.
  ///   - path: the file, for messages.
  /// - Throws: `CheckpointError`, naming the file and the tensor.
  public init(json: UnsafeRawBufferPointer, fileSize: Int, path: String) throws {
    var parser = SafetensorsHeaderParser(path: path)
    let entries = try json.withMemoryRebound(to: UInt8.self) { try parser.entries(of: $0) }
    manifest = try SafetensorsHeader.manifest(entries.map(\.info), path: path)
    let dataOffset = 8 + json.count
    var end = 0
    for entry in entries {
      if entry.begin > end {
        throw CheckpointError.hole(
          path: path, tensor: entry.info.name, begin: entry.begin, previousEnd: end)
      }
      if entry.begin < end {
        throw CheckpointError.overlap(
          path: path, tensor: entry.info.name, begin: entry.begin, previousEnd: end)
      }
      end = entry.end
    }
    let (expected, overflow) = end.addingReportingOverflow(dataOffset)
    guard !overflow, expected == fileSize else {
      throw CheckpointError.wrongFileSize(
        path: path, expected: overflow ? .max : expected, found: fileSize)
    }
    dataRanges = entries.map { dataOffset + $0.begin..<dataOffset + $0.end }
    metadata = parser.metadata
    self.dataOffset = dataOffset
    self.fileSize = fileSize
  }

  private static let known = ParsedOnce<SafetensorsHeader>()

  /// Reads the table; the same object where the same text was read before.
  ///
  /// - Throws: `CheckpointError`, naming the file and the tensor.
  static func read(
    _ json: UnsafeRawBufferPointer, fileSize: Int, path: String
  ) throws -> SafetensorsHeader {
    let header = try known.value(of: json) {
      try SafetensorsHeader(json: json, fileSize: fileSize, path: path)
    }
    guard header.fileSize == fileSize else {
      throw CheckpointError.wrongFileSize(
        path: path, expected: header.fileSize, found: fileSize)
    }
    return header
  }

  private static func manifest(_ tensors: [TensorInfo], path: String) throws -> Manifest {
    do {
      return try Manifest(tensors)
    } catch TensorError.duplicateName(let name) {
      throw CheckpointError.duplicateTensor(path: path, tensor: name)
    } catch TensorError.tooLarge(let name, let shape) {
      throw CheckpointError.sizeOverflow(path: path, tensor: name, shape: shape)
    }
  }

  /// Checks the length that the first eight bytes of a file give (little-endian).
  ///
  /// - Throws: `CheckpointError.headerTooLarge`, `.headerPastEnd`.
  static func checkedLength(_ length: UInt64, fileSize: Int, path: String) throws -> Int {
    guard length <= UInt64(sizeLimit) else {
      throw CheckpointError.headerTooLarge(path: path, length: length, limit: sizeLimit)
    }
    guard Int(length) <= fileSize - 8 else {
      throw CheckpointError.headerPastEnd(path: path, length: length, size: fileSize)
    }
    return Int(length)
  }
}
