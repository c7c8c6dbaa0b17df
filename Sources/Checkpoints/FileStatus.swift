internal import Glibc

/// What the system says of a file.
public struct FileStatus: Sendable, Hashable {
  /// Which file it is, whatever names lead to it.
  public let identity: FileIdentity
  /// Its bytes.
  public let size: Int
  /// When its contents last changed.
  public let modified: FileTime
  let kind: FileKind

  /// Asks about the file at `path`, links followed.
  ///
  /// - Throws: `CheckpointError.system`, `.invalidPath`.
  public init(path: String) throws {
    try checkPath(path)
    var status = stat()
    try check("look up", path) { stat(path, &status) }
    self.init(status)
  }

  init(descriptor: Int32, path: String) throws {
    var status = stat()
    try check("look up", path) { fstat(descriptor, &status) }
    self.init(status)
  }

  private init(_ status: stat) {
    identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    size = Int(status.st_size)
    modified = FileTime(
      seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
    kind = FileKind(mode: status.st_mode)
  }
}

/// Which file it is, whatever names lead to it.
public struct FileIdentity: Sendable, Hashable {
  /// The device that holds it.
  public let device: UInt64
  /// Its number there.
  public let inode: UInt64

  /// The file at `path`, links followed; nil when there is none that can be looked at.
  public static func of(_ path: String) -> FileIdentity? {
    try? FileStatus(path: path).identity
  }

  init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }
}

/// A point in time as file systems keep it.
public struct FileTime: Sendable, Hashable {
  /// Seconds since 1970.
  public let seconds: Int64
  /// Nanoseconds within the second.
  public let nanoseconds: Int64
}

/// The kinds of directory entries that matter here.
enum FileKind: String, Sendable {
  case regular = "regular file"
  case directory
  case pipe
  case device
  case socket
  case other = "special file"

  init(mode: mode_t) {
    switch mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .directory
    case S_IFIFO: self = .pipe
    case S_IFCHR, S_IFBLK: self = .device
    case S_IFSOCK: self = .socket
    default: self = .other
    }
  }
}
