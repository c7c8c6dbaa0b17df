import Foundation

/// Where the configuration files are that come with the command.
enum ConfigFolder {
  /// The primary configuration, by which the folder is known.
  static let primary = "fabric_model_fusion"

  /// The folder `config` beside one of the folders above the executable, or
  /// `share/fusion_bench/config` where the command was installed; else that of the sources that the
  /// command was built from.
  ///
  /// - Throws: `CommandError.noConfigFolder`.
  static func locate() throws -> String {
    let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let places = parents(of: executable).flatMap { folder in
      ["config", "share/fusion_bench/config"].map { folder.appendingPathComponent($0) }
    }
    for place in places + [sources.appendingPathComponent("config")]
    where FileManager.default.fileExists(atPath: "\(place.path)/\(primary).yaml") {
      return place.path
    }
    throw CommandError.noConfigFolder(executable: executable.path)
  }

  /// The folders that hold `file`, the nearest first.
  private static func parents(of file: URL) -> [URL] {
    var folders = [file.deletingLastPathComponent()]
    while let last = folders.last, last.path != "/" {
      folders.append(last.deletingLastPathComponent())
    }
    return folders
  }
}
