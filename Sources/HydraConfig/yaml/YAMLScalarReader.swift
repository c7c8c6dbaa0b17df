import ConfigTree

/// Turns a YAML scalar into a value.
enum YAMLScalarReader {
  private static let standard = "tag:yaml.org,2002:"

  static func value(
    _ text: String, tag: String, isPlain: Bool, at position: ConfigOrigin
  ) throws(ConfigError) -> ConfigValue {
    guard tag.isEmpty else {
      return try tagged(text, tag: tag, at: position)
    }
    guard isPlain else { return ConfigValue(text: text) }
    switch PlainScalarRule.whenReading(text) {
    case .null: return .null
    case .bool: return .bool(truth(text) ?? false)
    case .int: return try int(text, at: position)
    case .float: return try float(text, at: position)
    case .value:
      throw .yaml(
        problem: "could not determine a constructor for the tag '\(standard)value'",
        position: position)
    case .merge:
      throw .yaml(
        problem: "could not determine a constructor for the tag '\(standard)merge'",
        position: position)
    case .timestamp, .string: return ConfigValue(text: text)
    }
  }

  private static func tagged(
    _ text: String, tag: String, at position: ConfigOrigin
  ) throws(ConfigError) -> ConfigValue {
    switch tag {
    case standard + "str", "!": return ConfigValue(text: text)
    case standard + "null": return .null
    case standard + "int": return try int(text, at: position)
    case standard + "float": return try float(text, at: position)
    case standard + "bool":
      guard let flag = truth(text) else {
        throw .yaml(problem: "'\(text)' is not a bool", position: position)
      }
      return .bool(flag)
    default:
      throw .yaml(
        problem: "could not determine a constructor for the tag '\(tag)'", position: position)
    }
  }

  private static func truth(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "yes", "true", "on": true
    case "no", "false", "off": false
    default: nil
    }
  }

  /// Binary, octal, hexadecimal, sexagesimal and decimal integers.
  private static func int(_ text: String, at position: ConfigOrigin) throws(ConfigError)
    -> ConfigValue
  {
    var digits = Substring(text.filter { $0 != "_" })
    var isNegative = false
    if let first = digits.first, first == "-" || first == "+" {
      isNegative = first == "-"
      digits = digits.dropFirst()
    }
    let value: BigDecimal?
    if digits == "0" {
      return .int(0)
    } else if digits.hasPrefix("0b") {
      value = BigDecimal(digits.dropFirst(2), radix: 2)
    } else if digits.hasPrefix("0x") {
      value = BigDecimal(digits.dropFirst(2), radix: 16)
    } else if digits.hasPrefix("0") {
      value = BigDecimal(digits.dropFirst(), radix: 8)
    } else if digits.contains(":") {
      value = BigDecimal(sexagesimal: digits)
    } else {
      value = BigDecimal(digits, radix: 10)
    }
    guard let value else {
      throw .yaml(problem: "'\(text)' is not an int", position: position)
    }
    return value.configValue(isNegative: isNegative)
  }

  private static func float(_ text: String, at position: ConfigOrigin) throws(ConfigError)
    -> ConfigValue
  {
    var digits = Substring(text.filter { $0 != "_" }.lowercased())
    var sign = 1.0
    if let first = digits.first, first == "-" || first == "+" {
      sign = first == "-" ? -1 : 1
      digits = digits.dropFirst()
    }
    switch digits {
    case ".inf": return .float(sign * Double.infinity)
    case ".nan": return .float(Double.nan)
    default: break
    }
    var number = 0.0
    for part in digits.split(separator: ":", omittingEmptySubsequences: false) {
      guard let value = PythonNumber.float(String(part)) else {
        throw .yaml(problem: "'\(text)' is not a float", position: position)
      }
      number = number * 60 + value
    }
    return .float(sign * number)
  }
}
