internal import Glibc

/// An open file, closed when its last owner goes. Safe to use from several threads.
final class OpenFile: Sendable {
  let path: String
  let descriptor: Int32
  private let channel: InputChannel?

  /// Opens a regular file for reading. Never blocks on pipes or devices.
  ///
  /// - Parameter asInput: whether it is read in the way that `InputMode.current` says.
  /// - Throws: `CheckpointError.system`, `.notRegularFile`, `.invalidPath`.
  static func reading(
    _ path: String, asInput: Bool = false
  ) throws -> (file: OpenFile, status: FileStatus) {
    try checkPath(path)
    let file = try OpenFile(
      path, O_RDONLY | O_NONBLOCK, operation: "open", asInput: asInput)
    let status = try FileStatus(descriptor: file.descriptor, path: path)
    guard status.kind == .regular else {
      throw CheckpointError.notRegularFile(path: path, kind: status.kind.rawValue)
    }
    return (file, status)
  }

  /// Opens `path` with the flags of `open(2)`; new files get mode 0666 less the umask.
  init(
    _ path: String, _ flags: Int32, operation: String, asInput: Bool = false
  ) throws(CheckpointError) {
    try checkPath(path)
    self.path = path
    do {
      descriptor = try check(operation, path) { open(path, flags | O_CLOEXEC, 0o666) }
    } catch .system(_, _, EMFILE) where OpenFile.raiseDescriptorLimit() {
      descriptor = try check(operation, path) { open(path, flags | O_CLOEXEC, 0o666) }
    }
    channel = asInput ? InputChannel(descriptor: descriptor, path: path) : nil
  }

  deinit { close(descriptor) }

  /// Fills `buffer` with the bytes from `offset`.
  ///
  /// - Throws: `CheckpointError.truncated` at the end of the file, `.system`.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(CheckpointError) {
    guard let base = buffer.baseAddress else { return }
    if let channel, channel.read(at: offset, into: buffer) { return }
    var done = 0
    while done < buffer.count {
      let wanted = min(buffer.count - done, transferLimit)
      let count = try check("read", path) {
        pread(descriptor, base + done, wanted, off_t(offset + done))
      }
      if count == 0 {
        throw .truncated(path: path, offset: offset, expected: buffer.count, found: done)
      }
      done += count
    }
  }

  /// The first `size` bytes.
  ///
  /// - Throws: as above.
  func bytes(_ size: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    try bytes.withUnsafeMutableBytes { try read(at: 0, into: $0) }
    return bytes
  }

  /// The first `size` bytes as text.
  ///
  /// - Throws: as above.
  func text(_ size: Int) throws -> String { String(decoding: try bytes(size), as: UTF8.self) }

  /// Writes all of `buffer` at `offset`.
  ///
  /// - Throws: `CheckpointError.system`.
  func write(_ buffer: UnsafeRawBufferPointer, at offset: Int) throws(CheckpointError) {
    guard let base = buffer.baseAddress else { return }
    var done = 0
    while done < buffer.count {
      let wanted = min(buffer.count - done, transferLimit)
      done += try check("write", path) {
        pwrite(descriptor, base + done, wanted, off_t(offset + done))
      }
    }
  }

  /// Adds all of `buffer` at the end of a file that was opened to append.
  ///
  /// - Throws: `CheckpointError.system`.
  func append(_ buffer: UnsafeRawBufferPointer) throws(CheckpointError) {
    guard let base = buffer.baseAddress else { return }
    var done = 0
    while done < buffer.count {
      done += try check("write", path) {
        Glibc.write(descriptor, base + done, buffer.count - done)
      }
    }
  }

  /// Asks whether the file still has the size and time of change that it had, and its path still
  /// leads to it.
  ///
  /// - Throws: `CheckpointError.changed`, `.system`.
  func checkUnchanged(since status: FileStatus) throws {
    let now = try FileStatus(descriptor: descriptor, path: path)
    guard now == status, FileIdentity.of(path) == status.identity else {
      throw CheckpointError.changed(path: path)
    }
  }

  /// Waits until the file's data are on the disk.
  func synchronize() throws(CheckpointError) {
    try check("fsync", path) { fsync(descriptor) }
  }

  /// Sharded checkpoints can need more descriptors than the customary 1024.
  ///
  /// - Returns: whether to try again. Where the limit is as high as it may be, another thread may
  ///   just have raised it.
  private static func raiseDescriptorLimit() -> Bool {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(resource, &limit) == 0 else { return false }
    limit.rlim_cur = limit.rlim_max
    return setrlimit(resource, &limit) == 0
  }
}
