import Wording

extension JSONFault: CustomStringConvertible {
  /// A clause for the user.
  public var description: String { "\(reason) at byte \(offset)" }

  private var reason: String {
    switch kind {
    case .expected(let what, let found): "expected \(what), found \(JSONFault.show(found))"
    case .invalidUTF8: "invalid UTF-8"
    case .invalidEscape: "invalid escape in a string"
    case .loneSurrogate: "half of a surrogate pair in a string"
    case .controlCharacter(let byte): "control character \(byte) in a string"
    case .notAnInteger: "expected an integer without fraction, exponent or leading zero"
    case .negativeNumber: "negative number"
    case .numberTooLarge: "number above 2^63 - 1"
    case .tooDeep(let limit): "nesting deeper than \(limit)"
    case .duplicateKey(let key): "duplicate key '\(oneLine(key))'"
    case .trailingBytes: "text after the end of the object"
    }
  }

  private static func show(_ byte: UInt8?) -> String {
    guard let byte else { return "the end" }
    return (0x21...0x7E).contains(byte)
      ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
  }
}
