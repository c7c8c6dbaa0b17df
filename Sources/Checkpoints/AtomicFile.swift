internal import CFileIO
internal import Glibc
import Wording

/// Small files that appear complete or not at all.
public enum AtomicFile {
  /// Writes `bytes` beside `path` under a temporary name, then renames. Parent directories are
  /// created. The mode is 0666 less the umask.
  ///
  /// - Parameter fsync: whether to wait until file and name are on the disk.
  /// - Throws: `CheckpointError.system`; nothing is left behind then.
  public static func write(_ bytes: [UInt8], to path: String, fsync: Bool = true) throws {
    try replace(path, fsync: fsync) { file in
      try bytes.withUnsafeBytes { try file.write($0, at: 0) }
    }
  }

  /// Writes `text` as UTF-8.
  ///
  /// - Throws: as above.
  public static func write(_ text: String, to path: String, fsync: Bool = true) throws {
    try write(Array(text.utf8), to: path, fsync: fsync)
  }

  /// Lets `fill` write the temporary file.
  static func replace(_ path: String, fsync: Bool, fill: (OpenFile) throws -> Void) throws {
    try checkPath(path)
    let directory = Paths.directory(of: path)
    try Directory.create(directory)
    let file = try temporary(for: Paths.name(of: path), in: directory)
    do {
      try fill(file)
      if fsync { try file.synchronize() }
      try check("rename to \(oneLine(Paths.name(of: path)))", file.path) {
        rename(file.path, path)
      }
    } catch {
      unlink(file.path)
      throw error
    }
    if fsync { try Directory.synchronize(directory) }
  }

  /// An empty file that no other process writes. Its name is always the same, so that those of
  /// killed processes are used again; a second process that writes at once gets another name.
  private static func temporary(for name: String, in directory: String) throws -> OpenFile {
    let flags = O_WRONLY | O_CREAT
    for suffix in ["tmp", "\(getpid()).tmp"] {
      let path = Paths.join(directory, ".\(name).\(suffix)")
      let file = try OpenFile(path, flags, operation: "create")
      if cfile_lock(file.descriptor) == EAGAIN { continue }
      // Whoever had the lock before may have renamed the file meanwhile.
      let status = try FileStatus(descriptor: file.descriptor, path: path)
      guard FileIdentity.of(path) == status.identity else { continue }
      try check("empty", path) { ftruncate(file.descriptor, 0) }
      return file
    }
    // Two threads of this process and another process at once.
    let path = Paths.join(directory, ".\(name).\(getpid())-\(UInt32.random(in: 0 ... .max)).tmp")
    return try OpenFile(path, flags | O_EXCL, operation: "create")
  }
}
