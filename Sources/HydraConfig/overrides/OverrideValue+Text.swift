import ConfigTree

extension OverrideValue {
  /// The value as it is written again on the command line of a job: parsed values in Python's spelling,
  /// quotes kept, special characters of unquoted text escaped.
  public var overrideText: String {
    switch self {
    case .scalar(.null): "null"
    case .scalar(.string(let text)): Self.escape(text)
    case .scalar(let value): ConfigNode(value).pythonText
    case .quoted(let text, let quote): Self.quote(text, quote)
    case .list(let items): "[" + items.map(\.overrideText).joined(separator: ",") + "]"
    case .dictionary(let entries):
      "{"
        + entries.map { "\(OverrideValue.scalar($0.key).overrideText):\($0.value.overrideText)" }
        .joined(separator: ",") + "}"
    case .choice, .range, .interval, .glob: ""
    }
  }

  private static func escape(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\", "(", ")", "[", "]", "{", "}", ":", "=", ",", " ", "\t": result.append("\\")
      default: break
      }
      result.append(scalar)
    }
    return String(result)
  }

  /// Doubles the backslashes before quotes and escapes the quotes.
  private static func quote(_ text: String, _ quote: Character) -> String {
    var result = String(quote)
    var backslashes = 0
    for character in text {
      if character == "\\" {
        backslashes += 1
      } else {
        if character == quote {
          result += String(repeating: "\\", count: backslashes + 1)
        }
        backslashes = 0
      }
      result.append(character)
    }
    result += String(repeating: "\\", count: backslashes)
    result.append(quote)
    return result
  }
}
