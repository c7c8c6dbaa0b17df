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
    let temporary = Paths.join(directory, ".\(Paths.name(of: path)).\(getpid()).tmp")
    do {
      let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_TRUNC, operation: "create")
      try fill(file)
      if fsync { try file.synchronize() }
      try check("rename to \(oneLine(Paths.name(of: path)))", temporary) {
        rename(temporary, path)
      }
    } catch {
      unlink(temporary)
      throw error
    }
    if fsync { try Directory.synchronize(directory) }
  }
}
