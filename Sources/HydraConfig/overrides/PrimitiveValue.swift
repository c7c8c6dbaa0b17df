import ConfigTree

/// The value of a single unquoted token.
enum PrimitiveValue {
  static func value(_ kind: ValueToken, text: String) -> ConfigValue {
    switch kind {
    case .null: .null
    case .bool: .bool(text.lowercased() == "true")
    case .int: int(text)
    case .float: PythonNumber.float(text).map { .float($0) } ?? .string(text)
    case .escape: .string(unescape(text))
    case .identifier, .unquotedCharacter, .blank: .string(text)
    }
  }

  private static func int(_ text: String) -> ConfigValue {
    guard let digits = PythonNumber.integerDigits(text) else { return .string(text) }
    return Int(digits).map { .int($0) } ?? .bigInteger(digits)
  }

  /// Every second character of a run of pairs of a backslash and another character.
  static func unescape(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for (offset, scalar) in text.unicodeScalars.enumerated() where offset % 2 == 1 {
      result.append(scalar)
    }
    return String(result)
  }
}
