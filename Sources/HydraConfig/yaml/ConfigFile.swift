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
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw .unreadable(path: path, reason: "no such file, or it may not be read")
    }
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
    return try parse(text, name: path, limits: limits)
  }

  /// Reads text.
  ///
  /// - Parameter name: what messages call it.
  /// - Throws: ``ConfigError``.
  public static func parse(
    _ text: String, name: String = "text", limits: ConfigLimits = ConfigLimits()
  ) throws(ConfigError) -> ConfigNode {
    var text = text
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    var reader = YAMLReader(path: name, limits: limits)
    return try reader.read(text)
  }
}
