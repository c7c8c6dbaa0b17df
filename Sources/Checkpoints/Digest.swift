internal import Crypto

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
    var hash = SHA256()
    var offset = 0
    while offset < status.size {
      let part = UnsafeMutableRawBufferPointer(
        rebasing: block[0..<min(blockSize, status.size - offset)])
      try file.read(at: offset, into: part)
      hash.update(bufferPointer: UnsafeRawBufferPointer(part))
      offset += part.count
    }
    return hex(hash.finalize())
  }

  /// The SHA-256 of bytes in memory, as 64 hexadecimal digits.
  public static func sha256(of bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.update(bufferPointer: bytes)
    return hex(hash.finalize())
  }

  private static func hex(_ digest: SHA256.Digest) -> String {
    let digits = Array("0123456789abcdef".unicodeScalars)
    var text = String.UnicodeScalarView()
    for byte in digest {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(text)
  }
}
