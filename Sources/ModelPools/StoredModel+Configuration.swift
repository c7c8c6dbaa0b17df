import Checkpoints
import Foundation
import FusionCore

extension StoredModel {
  /// The `config.json` beside the weights as it holds for the values that are read: without
  /// `quantization_config` where codes and scales are read as numbers. Nil where there is none.
  ///
  /// - Throws: `JSONParsingError`, and what reading throws.
  func configuration() throws -> JSONValue? {
    let path = "\(directory)/config.json"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let text = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let value = try JSONValue(parsing: text, source: path)
    guard isDequantized, case .object(var members) = value else { return value }
    members["quantization_config"] = nil
    return .object(members)
  }
}
