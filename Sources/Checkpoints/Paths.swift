internal import Glibc

/// Paths as text.
package enum Paths {
  /// The last component, without trailing slashes.
  package static func name(of path: String) -> String {
    String(path.split(separator: "/").last ?? "/")
  }

  /// The path without its last component.
  package static func directory(of path: String) -> String {
    var parts = path.split(separator: "/", omittingEmptySubsequences: true)
    let absolute = path.utf8.first == UInt8(ascii: "/")
    _ = parts.popLast()
    if parts.isEmpty { return absolute ? "/" : "." }
    return (absolute ? "/" : "") + parts.joined(separator: "/")
  }

  /// `name` inside `directory`.
  package static func join(_ directory: String, _ name: String) -> String {
    if directory.isEmpty || directory == "." { return name }
    return directory.utf8.last == UInt8(ascii: "/")
      ? directory + name : directory + "/" + name
  }

  /// `path` with a leading `~` replaced by the home directory.
  package static func expandingTilde(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/"), let home = environment("HOME") else { return path }
    return home + path.dropFirst()
  }

  /// An environment variable that is set and not empty.
  static func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// Whether there is an entry of this name, be it a link that leads nowhere or one that may not
  /// be looked at.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    if path.isEmpty || path.utf8.contains(0) { return false }
    return lstat(path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR)
  }

  /// The kind of file that `path` leads to; nil when there is none.
  static func kind(of path: String) -> FileKind? { try? FileStatus(path: path).kind }

  /// The names in a directory, sorted by their bytes; names that are not UTF-8 are left out.
  ///
  /// - Throws: `CheckpointError.system`.
  static func names(in directory: String) throws(CheckpointError) -> [String] {
    try checkPath(directory)
    guard let stream = opendir(directory) else {
      throw .system(operation: "list", path: directory, errno: errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
      }
      if let name, name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
