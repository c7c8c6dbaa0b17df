/// The bytes of a file, or of memory in its place.
struct FileBytes {
  /// The file, for messages.
  let path: String
  /// How many there are.
  let count: Int
  /// Fills the buffer from an offset on.
  let read: (Int, UnsafeMutableRawBufferPointer) throws -> Void

  /// The bytes of an open file.
  init(_ file: OpenFile, count: Int) {
    path = file.path
    self.count = count
    read = { try file.read(at: $0, into: $1) }
  }

  /// Bytes in memory.
  init(_ bytes: [UInt8], path: String) {
    self.path = path
    count = bytes.count
    read = { offset, target in
      guard bytes.count - offset >= target.count else {
        throw CheckpointError.truncated(
          path: path, offset: offset, expected: target.count, found: bytes.count - offset)
      }
      target.copyBytes(from: bytes[offset..<offset + target.count])
    }
  }

  /// A copy of some of them.
  ///
  /// - Parameter range: lies within the file as it was when it was opened.
  /// - Throws: what reading throws.
  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw CheckpointError.truncated(
        path: path, offset: range.lowerBound, expected: range.count,
        found: max(count - range.lowerBound, 0))
    }
    var bytes = [UInt8](repeating: 0, count: range.count)
    try bytes.withUnsafeMutableBytes { try read(range.lowerBound, $0) }
    return bytes
  }
}
