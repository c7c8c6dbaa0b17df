import ConfigTree
import Foundation
import FusionCore
import HydraConfig

/// `hydra.job_logging`: where the messages of a job go.
///
/// Results go to standard output and messages never do, so a handler that is no file's means
/// standard error here, whatever stream it names.
struct JobLogging {
  let outputs: LogOutputs

  /// Reads the resolved node, as Python's logging does: without handlers, warnings and errors go to
  /// standard error.
  init(_ node: ConfigNode?) {
    var outputs = LogOutputs()
    let root = node?["root"]
    let handlers = (root?["handlers"]?.list ?? []).compactMap { $0.string }.compactMap { name in
      node?["handlers"]?[name]
    }
    outputs.level = Self.level(root?["level"]?.string ?? "WARNING")
    if handlers.isEmpty { outputs.level = max(outputs.level, .warning) }
    let files = handlers.filter { $0["class"]?.string?.hasSuffix("FileHandler") == true }
    outputs.hasConsole = handlers.isEmpty || files.count < handlers.count
    if let file = files.first, let path = file["filename"]?.string {
      outputs.file = path
      if let name = file["formatter"]?.string,
        let format = node?["formatters"]?[name]?["format"]?.string
      {
        outputs.format = format
      }
    }
    self.outputs = outputs
  }

  /// Tells a composition where its job writes, as Hydra does in `hydra.runtime.output_dir`.
  ///
  /// - Returns: where `hydra.job_logging` wants messages.
  /// - Throws: `ConfigError`.
  static func outputs(
    of composition: inout Composition, writingTo folder: String?
  ) throws -> LogOutputs {
    var runtime = composition.hydra["runtime"] ?? .emptyDictionary
    runtime["output_dir"] = ConfigNode(
      .string(URL(fileURLWithPath: folder ?? ".").standardizedFileURL.path))
    composition.hydra["runtime"] = runtime
    let logging = try InterpolationResolver(context: composition.resolverContext)
      .select(composition.root, at: "hydra.job_logging", resolves: true)
    return JobLogging(logging).outputs
  }

  /// Sends messages there from now on.
  ///
  /// - Throws: when the log file cannot be opened.
  static func start(_ outputs: LogOutputs) throws {
    if let path = outputs.file {
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: path).deletingLastPathComponent(),
        withIntermediateDirectories: true)
    }
    try Log.send(to: outputs)
  }

  private static func level(_ name: String) -> Log.Level {
    switch name.uppercased() {
    case "WARNING", "WARN": .warning
    case "ERROR", "CRITICAL", "FATAL": .error
    default: .info
    }
  }
}
