import FusionCore
import Tensors

/// A regular expression over names of tensors.
struct NamePattern {
  /// The expression as it was written.
  let text: String
  private let regex: Regex<AnyRegexOutput>

  /// Reads patterns.
  ///
  /// - Throws: `ParameterError.invalid` naming the one that is no regular expression.
  static func all(_ texts: [String], key: String) throws -> [NamePattern] {
    try texts.map { text in
      do {
        return NamePattern(text: text, regex: try Regex(text))
      } catch {
        throw ParameterError.invalid(
          key: key, value: text, requirement: "is not a regular expression")
      }
    }
  }

  /// Whether what the pattern describes stands anywhere in a text.
  func occurs(in text: String) -> Bool { text.firstMatch(of: regex) != nil }

  /// Whether a name begins with what the pattern describes.
  func matchesStart(of name: TensorName) -> Bool {
    name.string.prefixMatch(of: regex) != nil
  }
}
