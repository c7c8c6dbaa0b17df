import Checkpoints
import ConfigTree
import Foundation
import FusionCore

/// One job of a sweep: its composed configuration and where it writes about itself.
public struct SweepJob: Codable, Sendable {
  /// A file that records the configuration.
  public struct Record: Codable, Sendable {
    /// Where it is written.
    public let path: String
    /// What it says.
    public let text: String

    /// Describes a file.
    public init(path: String, text: String) {
      self.path = path
      self.text = text
    }
  }

  /// Its position in the sweep, from 0.
  public let number: Int
  /// What it overrides.
  public let overrides: [String]
  /// Its configuration, resolved.
  public let config: ConfigNode
  /// Where it writes about itself.
  public let folder: String
  /// Where its messages go.
  public let logging: LogOutputs
  /// Its configuration as files.
  public let records: [Record]

  /// Describes a job.
  public init(
    number: Int, overrides: [String], config: ConfigNode, folder: String,
    logging: LogOutputs, records: [Record]
  ) {
    self.number = number
    self.overrides = overrides
    self.config = config
    self.folder = folder
    self.logging = logging
    self.records = records
  }

  /// A checksum of all that its results depend on: this program's version, the configuration, and
  /// the state of the files that it names. The same for the job of another run of the same sweep.
  public var identity: String {
    let own = without([
      "path", "sweep", "print_config", "print_function_call", "resume", "merged_model_save_path",
      "report_save_path",
    ])
    let outputs = ["merged_model_save_path", "report_save_path"].map { config[$0]?.yaml() ?? "" }
    var text = ([fusionBenchVersion, own.yaml()] + outputs).joined(separator: "\n")
      .replacingOccurrences(of: folder, with: "{log_dir}")
    for path in own.strings {
      if let state = InputState.describe(path) { text += "\(path)\n\(state)" }
    }
    return text.withUTF8 { FileChecksum(.sha256, of: UnsafeRawBufferPointer($0)).digits }
  }

  /// What jobs have in common that are merged together: everything but the method's parameters
  /// and where they write.
  var sharedPart: String {
    let rest = without(["method", "path", "merged_model_save_path", "report_save_path"]).yaml()
    return (config["method"]?["_target_"]?.string ?? "job \(number)") + "\n" + rest
  }

  /// Makes its folder, and sends messages from now on where it wants them.
  ///
  /// - Throws: `LogFileError`.
  func startLogging() throws {
    if let file = logging.file {
      let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    try Log.send(to: logging)
  }

  /// Whether an earlier run of the same job in this folder ended well.
  public var isFinished: Bool { JobResult.finished(self) != nil }

  /// How the job is announced: its number and what it overrides.
  public var title: String { "#\(number) : \(overrides.joined(separator: " "))" }

  private func without(_ keys: Set<String>) -> ConfigNode {
    var rest = ConfigNode(.dictionary([:]))
    for (key, value) in config.dictionary ?? [:] where !keys.contains(key.description) {
      rest[key.description] = value
    }
    return rest
  }
}
