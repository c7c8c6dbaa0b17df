/// Checksums of files.
public enum Digest {
  private static let blockSize = 4 << 20

  /// The SHA-256 of the file at `path`, as 64 hexadecimal digits; memory does not depend on its
  /// size.
  ///
  /// - Throws: `CheckpointError.system`, `.notRegularFile`, `.truncated`.
  public static func sha256(of path: String) throws -> String {
    let (file, status) = try OpenFile.reading(path)
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: blockSize, alignment: 4096)
    defer { block.deallocate() }
    let hash = SHA256()
    var offset = 0
    while offset < status.size {
      let part = UnsafeMutableRawBufferPointer(
        rebasing: block[0..<min(blockSize, status.size - offset)])
      try file.read(at: offset, into: part)
      hash.update(UnsafeRawBufferPointer(part))
      offset += part.count
    }
    return hash.finish()
  }

  /// The SHA-256 of bytes in memory, as 64 hexadecimal digits.
  public static func sha256(of bytes: UnsafeRawBufferPointer) -> String {
    let hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }
}
