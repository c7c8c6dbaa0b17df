internal import CFileIO
internal import Glibc

/// An exclusive lock on an output, so that two runs never write it at once. It ends with the
/// process, however that ends.
final class OutputLock: Sendable {
  private let file: OpenFile

  /// Takes the lock. Where the file system has no locks, none is taken.
  ///
  /// - Parameters:
  ///   - target: the output, for messages.
  ///   - runID: what `holder(at:)` then answers.
  ///   - patience: seconds to wait for a run that is ending.
  /// - Throws: `CheckpointError.outputLocked`, `.system`.
  init(path: String, target: String, runID: String, patience: Double) throws {
    let started = ContinuousClock.now
    while true {
      let file = try OpenFile(path, O_RDWR | O_CREAT, operation: "create")
      let code = cfile_lock(file.descriptor)
      switch code {
      case 0, ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL: break
      case EINTR: continue
      case EAGAIN where started.duration(to: .now) < .seconds(patience):
        usleep(50_000)
        continue
      case EAGAIN: throw CheckpointError.outputLocked(path: target)
      default: throw CheckpointError.system(operation: "lock", path: path, errno: code)
      }
      // The holder before may have removed the file between the opening and the locking.
      let status = try FileStatus(descriptor: file.descriptor, path: path)
      if FileIdentity.of(path) == status.identity {
        try check("write", path) { ftruncate(file.descriptor, 0) }
        var runID = runID
        try runID.withUTF8 { try file.write(UnsafeRawBufferPointer($0), at: 0) }
        self.file = file
        return
      }
    }
  }

  /// The run that took the lock last.
  ///
  /// - Throws: `CheckpointError.system`.
  static func holder(at path: String) throws -> String {
    let (file, status) = try OpenFile.reading(path)
    return try file.text(status.size)
  }

  /// Removes the file and with it the lock.
  func release() { unlink(file.path) }
}
