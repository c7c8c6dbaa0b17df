import Checkpoints
import FusionCore

extension StoredModel {
  /// The `config.json` beside the weights as it holds for the values that are read: without
  /// `quantization_config` where codes and scales are read as numbers. Nil where there is none.
  ///
  /// - Throws: `JSONParsingError`, and what reading throws.
  func configuration() throws -> JSONValue? {
    guard let text = try configurationText() else { return nil }
    let value = try JSONValue(parsing: text, source: "\(directory)/config.json")
    guard isDequantized, case .object(var members) = value else { return value }
    members["quantization_config"] = nil
    return .object(members)
  }
}
