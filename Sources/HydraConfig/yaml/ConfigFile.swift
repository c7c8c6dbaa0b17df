import ConfigTree
import Foundation

/// Reads single YAML files, as `OmegaConf.load` does: defaults lists are not followed, and
/// interpolations stay as they are written.
public enum ConfigFile {
  /// Reads a file.
  ///
  /// - Throws: ``ConfigError``.
  public static func load(
    _ path: String, limits: ConfigLimits = ConfigLimits()
  ) throws(ConfigError) -> ConfigNode {
    try parse(contents(of: path, limits: limits), name: path, limits: limits)
  }

  /// Reads text.
  ///
  /// - Parameter name: what messages call it.
  /// - Throws: ``ConfigError``.
  public static func parse(
    _ text: String, name: String = "text", limits: ConfigLimits = ConfigLimits()
  ) throws(ConfigError) -> ConfigNode {
    var reader = YAMLReader(path: name, limits: limits)
    return try reader.read(withoutByteOrderMark(text))
  }

  /// Only regular files are opened: reading a pipe or a device could wait forever.
  static func contents(
    of path: String, limits: ConfigLimits
  ) throws(ConfigError) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else { throw unreadable(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "it is not a regular file")
    }
    guard let handle = FileHandle(forReadingAtPath: path) else { throw unreadable(path) }
    defer { try? handle.close() }
    let data: Data
    do {
      data = try handle.read(upToCount: limits.fileBytes + 1) ?? Data()
    } catch {
      throw .unreadable(path: path, reason: "\(error)")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw .unreadable(path: path, reason: "it is not UTF-8 text")
    }
    return withoutByteOrderMark(text)
  }

  private static func unreadable(_ path: String) -> ConfigError {
    .unreadable(path: path, reason: String(cString: strerror(errno)))
  }

  private static func withoutByteOrderMark(_ text: String) -> String {
    text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
  }
}
