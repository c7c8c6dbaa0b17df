internal import Glibc

/// Directories of an output.
enum Directory {
  /// Creates `path` and what is missing above it.
  ///
  /// - Returns: the directories that were made, outermost first.
  /// - Throws: `CheckpointError.system`.
  @discardableResult
  static func create(_ path: String) throws(CheckpointError) -> [String] {
    try checkPath(path)
    var missing: [String] = []
    var current = path
    while Paths.kind(of: current) != .directory {
      if Paths.exists(current) {
        throw .system(operation: "create a directory here", path: current, errno: ENOTDIR)
      }
      missing.append(current)
      let parent = Paths.directory(of: current)
      if parent == current { break }
      current = parent
    }
    var made: [String] = []
    for directory in missing.reversed() {
      do {
        try check("create directory", directory) { mkdir(directory, 0o777) }
        made.append(directory)
      } catch .system(_, _, EEXIST) {
        // Another process was faster.
      } catch {
        remove(made)
        throw error
      }
    }
    return made
  }

  /// Removes directories that `create` made, unless something else is in them.
  static func remove(_ made: [String]) {
    for directory in made.reversed() { rmdir(directory) }
  }

  /// Waits until the names in the directory are on the disk.
  ///
  /// - Throws: `CheckpointError.system`; file systems that cannot do it are no error.
  static func synchronize(_ path: String) throws(CheckpointError) {
    let directory = try OpenFile(path, O_RDONLY | O_DIRECTORY, operation: "open")
    do {
      try directory.synchronize()
    } catch .system(_, _, EINVAL) {
      // Some network file systems have no fsync of directories.
    }
  }
}
