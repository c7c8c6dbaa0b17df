import Foundation
import FusionCore
import Wording

/// Where a method writes what it found.
struct ReportFolder {
  private let path: String

  /// The error of a file that could not be written.
  struct WriteError: Error, CustomStringConvertible {
    let path: String
    let reason: String
    var description: String { "\(oneLine(path)): cannot be written: \(oneLine(reason))" }
  }

  init(path: String) { self.path = path }

  /// Writes a file, which appears complete or not at all.
  ///
  /// - Throws: `WriteError`.
  func write(_ text: String, to name: String) throws {
    let file = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      throw WriteError(path: file, reason: error.localizedDescription)
    }
    Log.line("wrote \(file)")
  }
}

extension BaseAlgorithm {
  /// The folder that a parameter `output_path` names, or the program's log folder.
  ///
  /// - Throws: `ParameterError` where there is neither.
  func reportFolder(_ outputPath: String?) throws -> ReportFolder {
    guard let path = outputPath ?? program?.logDirectory, !path.isEmpty else {
      throw ParameterError.invalid(
        key: "method.output_path", value: outputPath == nil ? "null" : "''",
        requirement: "give a folder, or set path.log_dir")
    }
    return ReportFolder(path: path)
  }

  /// Refuses a negative number of points.
  func checkPoints(_ count: Int?) throws {
    if let count, count < 0 {
      throw ParameterError.invalid(
        key: "max_points_per_model", value: "\(count)",
        requirement: "must be a number of elements, or null for all")
    }
  }
}
