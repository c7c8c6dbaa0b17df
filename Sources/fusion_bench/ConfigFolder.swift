import Foundation

/// Where the configuration files are that come with the command.
enum ConfigFolder {
  /// The primary configuration, by which the folder is known.
  static let primary = "fabric_model_fusion"

  /// The folder `config` beside one of the folders above the executable, or
  /// `share/fusion_bench/config` where the command was installed.
  ///
  /// - Throws: `CommandError.noConfigFolder`.
  static func locate() throws -> String {
    let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    var folder = executable.deletingLastPathComponent()
    while true {
      for place in ["config", "share/fusion_bench/config"] {
        let candidate = folder.appendingPathComponent(place).path
        if FileManager.default.fileExists(atPath: "\(candidate)/\(primary).yaml") {
          return candidate
        }
      }
      if folder.path == "/" { break }
      folder = folder.deletingLastPathComponent()
    }
    throw CommandError.noConfigFolder(executable: executable.path)
  }
}
