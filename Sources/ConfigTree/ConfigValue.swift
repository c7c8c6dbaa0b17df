import OrderedCollections

/// One value of a configuration tree.
public enum ConfigValue: Sendable, Equatable {
  /// `null`.
  case null
  /// `???`: the user must supply a value.
  case missing
  case bool(Bool)
  case int(Int)
  /// An integer that does not fit 64 bits, as decimal digits with an optional sign.
  case bigInteger(String)
  case float(Double)
  case string(String)
  /// A text that contains `${…}` and is not resolved yet.
  case interpolation(String)
  case list([ConfigNode])
  case dictionary(OrderedDictionary<ConfigKey, ConfigNode>)
}

extension ConfigValue {
  /// Sorts a text into `missing`, `interpolation` or `string`.
  public init(text: String) {
    if text == "???" {
      self = .missing
    } else if text.utf8.contains(UInt8(ascii: "$")), PythonText.containsInterpolation(text) {
      self = .interpolation(text)
    } else {
      self = .string(text)
    }
  }

  /// Whether the value is a list or a dictionary.
  public var isContainer: Bool {
    switch self {
    case .list, .dictionary: true
    default: false
    }
  }

  /// The type's name as messages to the user give it.
  public var typeName: String {
    switch self {
    case .null: "null"
    case .missing: "missing value"
    case .bool: "bool"
    case .int, .bigInteger: "int"
    case .float: "float"
    case .string: "str"
    case .interpolation: "interpolation"
    case .list: "list"
    case .dictionary: "dict"
    }
  }
}
