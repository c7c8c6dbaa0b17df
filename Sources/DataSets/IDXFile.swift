/// An IDX file (MNIST's format) of unsigned bytes, plain or gzip, read and checked whole.
struct IDXFile {
  /// The file.
  let path: String
  /// Its sizes, outermost first.
  let shape: [Int]
  /// Its elements, row-major.
  let bytes: [UInt8]

  /// gzip packs at most 1032 bytes into one.
  private static let largestRatio = 1032

  /// Reads a file.
  ///
  /// - Throws: `DataSetError.notIDX`, `.tooLarge`, `.truncated`, `.trailingBytes`, `.damagedGzip`,
  ///   `.unreadable`.
  init(path: String) throws {
    let stream = try ByteStream(path: path)
    let magic = try stream.read(4)
    guard magic.count == 4, magic[0] == 0, magic[1] == 0, magic[2] == 8, (1...4).contains(magic[3])
    else {
      throw DataSetError.notIDX(path: path, magic: magic)
    }
    let rank = Int(magic[3])
    let header = try stream.read(4 * rank)
    guard header.count == 4 * rank else {
      throw DataSetError.truncated(path: path, expected: 4 + 4 * rank, found: 4 + header.count)
    }
    shape = (0..<rank).map { dimension in
      header[4 * dimension..<4 * dimension + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, product / Self.largestRatio <= stream.fileSize else {
        throw DataSetError.tooLarge(path: path, shape: shape, limit: stream.fileSize)
      }
      count = product
    }
    bytes = try stream.read(count)
    guard bytes.count == count else {
      throw DataSetError.truncated(
        path: path, expected: 4 + 4 * rank + count, found: 4 + 4 * rank + bytes.count)
    }
    // Reading on also makes zlib compare its checksum.
    guard try stream.read(1).isEmpty else {
      throw DataSetError.trailingBytes(path: path, expected: 4 + 4 * rank + count)
    }
    self.path = path
  }
}
