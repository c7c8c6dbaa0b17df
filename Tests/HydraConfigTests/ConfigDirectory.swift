import Foundation
import HydraConfig

/// A temporary directory of configuration files that is removed with the object.
final class ConfigDirectory {
  let path: String

  init(_ files: [String: String]) throws {
    path = NSTemporaryDirectory() + "hydra-config-" + UUID().uuidString
    for (name, text) in files {
      let file = path + "/" + name
      let folder = file.split(separator: "/").dropLast().joined(separator: "/")
      try FileManager.default.createDirectory(
        atPath: "/" + folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  var composer: ConfigComposer {
    ConfigComposer(
      sources: ConfigComposer.sources(main: path), jobName: "app",
      context: ResolverContext(
        environment: { $0 == "SET" ? "value" : nil }, now: { "now(\($0))" }))
  }

  /// The job's configuration as YAML.
  func job(_ overrides: String..., config: String = "config") throws -> String {
    try composer.compose(configName: config, overrides: overrides).job.yaml()
  }

  /// The job's configuration with interpolations resolved, as YAML.
  func resolved(_ overrides: String..., config: String = "config") throws -> String {
    let composer = composer
    let composition = try composer.compose(configName: config, overrides: overrides)
    return try composition.resolvedJob().yaml()
  }

  /// The message of the error that composing and resolving ends in, with the directory's path replaced
  /// by `DIR`; `nil` if there is none.
  func error(
    _ overrides: [String] = [], config: String = "config", resolves: Bool = false
  ) -> String? {
    do {
      let composer = composer
      let composition = try composer.compose(configName: config, overrides: overrides)
      if resolves { _ = try composition.resolvedJob() }
      return nil
    } catch {
      return "\(error)".replacingOccurrences(of: path, with: "DIR")
    }
  }
}
