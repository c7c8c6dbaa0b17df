/// What a file's bytes sum up to.
public struct FileChecksum: Sendable, Equatable {
  /// How they were summed.
  public let kind: ChecksumKind
  /// Hexadecimal digits.
  public let digits: String

  /// A sum that is known.
  public init(_ kind: ChecksumKind, _ digits: String) {
    self.kind = kind
    self.digits = digits
  }

  /// Sums the file at `path`; memory does not depend on its size.
  ///
  /// - Throws: `CheckpointError.system`, `.notRegularFile`, `.truncated`.
  public init(_ kind: ChecksumKind, of path: String) throws {
    let (file, status) = try OpenFile.reading(path)
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 << 20, alignment: 4096)
    defer { block.deallocate() }
    let sum = kind.start()
    for offset in stride(from: 0, to: status.size, by: block.count) {
      let part = UnsafeMutableRawBufferPointer(
        rebasing: block[0..<min(block.count, status.size - offset)])
      try file.read(at: offset, into: part)
      sum.update(UnsafeRawBufferPointer(part))
    }
    self.init(kind, sum.finish())
  }

  /// Sums bytes in memory.
  public init(_ kind: ChecksumKind, of bytes: UnsafeRawBufferPointer) {
    let sum = kind.start()
    sum.update(bytes)
    self.init(kind, sum.finish())
  }
}
