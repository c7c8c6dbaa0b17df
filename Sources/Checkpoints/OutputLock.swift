internal import CFileIO
internal import Glibc

/// An exclusive lock on an output, so that two runs never write it at once. It ends with the
/// process, however that ends.
final class OutputLock: Sendable {
  private let file: OpenFile

  /// Takes the lock. Where the file system has no locks, none is taken.
  ///
  /// - Parameter target: the output, for messages.
  /// - Throws: `CheckpointError.outputLocked`, `.system`.
  init(path: String, target: String) throws {
    while true {
      let file = try OpenFile(path, O_RDWR | O_CREAT, operation: "create")
      let code = cfile_lock(file.descriptor)
      switch code {
      case 0, ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL: break
      case EINTR: continue
      case EAGAIN: throw CheckpointError.outputLocked(path: target)
      default: throw CheckpointError.system(operation: "lock", path: path, errno: code)
      }
      // The holder before may have removed the file between the opening and the locking.
      let status = try FileStatus(descriptor: file.descriptor, path: path)
      if FileIdentity.of(path) == status.identity {
        self.file = file
        return
      }
    }
  }

  /// Removes the file and with it the lock.
  func release() { unlink(file.path) }
}
