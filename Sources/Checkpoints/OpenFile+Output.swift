internal import CFileIO
internal import Glibc

extension OpenFile {
  /// Gives the file its full size and reserves the disk space for it, so that a full disk is
  /// known before any work. Where the file system cannot reserve, the free space is compared.
  ///
  /// - Parameter needed: bytes of the whole output, for the message.
  /// - Throws: `CheckpointError.noSpace`, `.system`.
  func reserve(_ size: Int, needed: Int) throws(CheckpointError) {
    let code = cfile_reserve(descriptor, Int64(size))
    switch code {
    case 0: return
    case ENOSPC, EDQUOT:
      throw .noSpace(path: path, needed: needed, free: freeSpace ?? 0)
    case EOPNOTSUPP, ENOSYS, EINVAL:
      if let free = freeSpace, free < size {
        throw .noSpace(path: path, needed: needed, free: free)
      }
      try check("set the size of", path) { ftruncate(descriptor, off_t(size)) }
    default:
      throw .system(operation: "reserve \(size) bytes", path: path, errno: code)
    }
  }

  /// Starts moving written bytes to the disk, without waiting. Best effort: errors surface in
  /// `synchronize`.
  func startWriteBack(_ range: Range<Int>) {
    _ = cfile_start_writeback(descriptor, Int64(range.lowerBound), Int64(range.count))
  }

  /// Learns of the errors that closing the file would report; network file systems keep some
  /// until then.
  func flush() throws(CheckpointError) {
    let copy = try check("close", path) { dup(descriptor) }
    // An interrupted close has closed: it is not repeated.
    if close(copy) != 0, errno != EINTR {
      throw .system(operation: "close", path: path, errno: errno)
    }
  }

  private var freeSpace: Int? {
    var status = statvfs()
    guard fstatvfs(descriptor, &status) == 0 else { return nil }
    let (free, overflow) = Int(clamping: status.f_bavail).multipliedReportingOverflow(
      by: Int(clamping: status.f_frsize))
    return overflow ? nil : free
  }
}
