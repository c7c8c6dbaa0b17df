internal import CZlib
import Foundation

/// The bytes of a file from its beginning, unpacked where the file is gzip.
final class ByteStream {
  /// The file.
  let path: String
  /// Bytes of the file as it is on the disk.
  let fileSize: Int
  private let file: gzFile

  /// Opens a file.
  ///
  /// - Throws: `DataSetError.unreadable`.
  init(path: String) throws {
    var isFolder = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw DataSetError.unreadable(path: path, reason: "no such file")
    }
    guard !isFolder.boolValue,
      let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int,
      let file = gzopen(path, "rb")
    else {
      throw DataSetError.unreadable(
        path: path, reason: isFolder.boolValue ? "it is a folder" : "it cannot be opened")
    }
    self.path = path
    self.fileSize = size
    self.file = file
  }

  deinit { gzclose(file) }

  /// The next bytes: `count` of them, or fewer where the stream ends.
  ///
  /// Memory grows with what is really there, not with what is asked for.
  ///
  /// - Throws: `DataSetError.damagedGzip`, `.unreadable`.
  func read(_ count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: min(count, 1 << 20))
    while bytes.count < count {
      let wanted = min(count - bytes.count, piece.count)
      let found = gzread(file, &piece, UInt32(wanted))
      guard found >= 0 else { throw failure() }
      bytes += piece[0..<Int(found)]
      if found < wanted {
        try checkEnd()
        break
      }
    }
    return bytes
  }

  /// Where a stream ends in the middle of gzip's own data, zlib has seen it but read on.
  private func checkEnd() throws {
    var code: Int32 = 0
    gzerror(file, &code)
    if code != Z_OK { throw failure() }
  }

  private func failure() -> DataSetError {
    var code: Int32 = 0
    let message = gzerror(file, &code).map { String(cString: $0) } ?? ""
    return code == Z_ERRNO
      ? .unreadable(path: path, reason: String(cString: strerror(errno)))
      : .damagedGzip(path: path, reason: message.isEmpty ? "zlib error \(code)" : message)
  }
}
