import Tensors

/// One safetensors file, held open: a name that comes to lead elsewhere changes nothing.
///
/// Values are read as `InputMode.current` says when it is opened; a file cut short is always an
/// error and no signal. Safe to use from several threads.
public final class SafetensorsFile: TensorFile {
  /// Where it was opened.
  public let path: String
  /// Its size and time of change when it was opened.
  public let status: FileStatus
  /// Its table of tensors.
  public let header: SafetensorsHeader
  /// Its tensors, in the order of their data.
  public var manifest: Manifest { header.manifest }
  /// Text that the writer left.
  public var metadata: [(key: String, value: String)] { header.metadata }
  private let file: OpenFile

  /// Opens the file and checks its header.
  ///
  /// - Throws: `CheckpointError`.
  public init(path: String) throws {
    (file, status) = try OpenFile.reading(path, asInput: true)
    self.path = path
    header = try SafetensorsFile.readHeader(of: file, size: status.size)
  }

  private static func readHeader(of file: OpenFile, size: Int) throws -> SafetensorsHeader {
    guard size >= 8 else { throw CheckpointError.noHeader(path: file.path, size: size) }
    var prefix: UInt64 = 0
    try withUnsafeMutableBytes(of: &prefix) { try file.read(at: 0, into: $0) }
    let length = try SafetensorsHeader.checkedLength(
      UInt64(littleEndian: prefix), fileSize: size, path: file.path)
    let json = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 8)
    defer { json.deallocate() }
    try file.read(at: 8, into: json)
    return try SafetensorsHeader.read(
      UnsafeRawBufferPointer(json), fileSize: size, path: file.path)
  }

  /// Copies elements of the tensor at `position` of the header's manifest.
  ///
  /// - Parameter destination: exactly as many bytes as the elements have.
  /// - Throws: `CheckpointError.truncated` when the file was cut meanwhile, `.system`.
  public func read(
    _ position: Int, elements: Range<Int>, into destination: UnsafeMutableRawBufferPointer
  ) throws {
    let info = header.manifest.tensors[position]
    let size = info.dtype.byteCount
    precondition(
      elements.lowerBound >= 0 && elements.upperBound <= info.count
        && destination.count == elements.count * size,
      "slice and destination must lie within the tensor and agree")
    let start = header.dataRanges[position].lowerBound + elements.lowerBound * size
    try file.read(at: start, into: destination)
  }

  /// Asks whether the file still has the size and time of change that it was opened with, and
  /// its path still leads to it.
  ///
  /// - Throws: `CheckpointError.changed`, `.system`.
  public func checkUnchanged() throws { try file.checkUnchanged(since: status) }
}
