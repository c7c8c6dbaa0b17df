/// A key of a dictionary in a configuration. YAML keys need not be strings.
public enum ConfigKey: Hashable, Sendable, Codable {
  case string(String)
  case int(Int)
  case float(Double)
  case bool(Bool)
}

extension ConfigKey: ExpressibleByStringLiteral {
  /// A string key.
  public init(stringLiteral value: String) {
    self = .string(value)
  }
}

extension ConfigKey: CustomStringConvertible {
  /// The key as a path segment: the text itself, or the number or truth value as Python writes it.
  public var description: String {
    switch self {
    case .string(let text): text
    case .int(let number): String(number)
    case .float(let number): PythonText.float(number)
    case .bool(let flag): flag ? "True" : "False"
    }
  }

  /// The text of a string key.
  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }
}
