import Checkpoints
import ConfigTree
import Foundation
import FusionCore

/// Where a run writes.
struct ProgramPaths {
  /// The merged model's directory or file.
  let model: String?
  /// The report's file.
  let report: String?

  /// Puts the log folder in the place of `{log_dir}`, the one name that may stand in braces.
  ///
  /// - Throws: `ParameterError` for any other brace, or where `path.log_dir` is needed and absent.
  init(folders: ConfigNode, model: String?, report: String?) throws {
    let logDirectory = folders["log_dir"]?.string
    self.model = try model.map {
      try Self.fill($0, key: "merged_model_save_path", logDirectory)
    }
    self.report = try report.map { try Self.fill($0, key: "report_save_path", logDirectory) }
  }

  private static func fill(_ text: String, key: String, _ logDirectory: String?) throws -> String {
    guard !text.isEmpty else {
      throw ParameterError.invalid(key: key, value: "''", requirement: "must be a path or null")
    }
    var filled = Paths.expandingTilde(text)
    if filled.contains("{log_dir}") {
      guard let logDirectory else {
        throw ParameterError.invalid(
          key: key, value: text, requirement: "names {log_dir}, but path.log_dir is not set")
      }
      filled = filled.replacingOccurrences(of: "{log_dir}", with: logDirectory)
    }
    if text.replacingOccurrences(of: "{log_dir}", with: "").contains(where: { "{}".contains($0) }) {
      throw ParameterError.invalid(
        key: key, value: text, requirement: "{log_dir} is the only name that may stand in braces")
    }
    return filled
  }
}
