internal import Glibc

/// A way to read a file that is not `pread`.
enum InputChannel: Sendable {
  case mapped(MappedFile)
  case direct(DirectFile)

  /// The way that `InputMode.current` asks for; nil for `pread`, and where the file system refuses.
  init?(descriptor: Int32, path: String) {
    let mode = InputMode.current
    guard mode != .pread else { return nil }
    let size = (try? FileStatus(descriptor: descriptor, path: path).size) ?? 0
    if mode == .mmap, let file = MappedFile(descriptor: descriptor, size: size) {
      self = .mapped(file)
    } else if mode == .direct, let file = DirectFile(descriptor: descriptor) {
      self = .direct(file)
    } else {
      InputMode.refused(path)
      return nil
    }
  }

  /// Fills `buffer` with the bytes from `offset`.
  ///
  /// - Returns: false where that failed, and `pread` may succeed or say what is wrong.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
    switch self {
    case .mapped(let file): file.read(at: offset, into: buffer)
    case .direct(let file): file.read(at: offset, into: buffer)
    }
  }
}
