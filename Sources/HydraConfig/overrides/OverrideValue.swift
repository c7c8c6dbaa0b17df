import ConfigTree
import OrderedCollections

/// The value of an override as it was written, before it becomes part of a tree.
public indirect enum OverrideValue: Sendable, Equatable {
  /// `null`, a truth value, a number, or unquoted text.
  case scalar(ConfigValue)
  /// Text in quotes.
  case quoted(String, quote: Character)
  case list([OverrideValue])
  case dictionary([OverrideEntry])
  /// `a,b,c`, `choice(a,b)`.
  case choice(ChoiceSweep)
  case range(RangeSweep)
  case interval(IntervalSweep)
  case glob(GlobChoice)
}

/// One entry of a dictionary in an override.
public struct OverrideEntry: Sendable, Equatable {
  /// The key: a scalar.
  public var key: ConfigValue
  /// The value.
  public var value: OverrideValue
}

extension OverrideValue {
  /// Whether the value stands for several.
  public var isSweep: Bool {
    switch self {
    case .choice, .range, .interval, .glob: true
    default: false
    }
  }

  /// Whether a sweep stands inside the value.
  var containsSweep: Bool {
    let items: [OverrideValue] =
      switch self {
      case .list(let items): items
      case .dictionary(let entries): entries.map(\.value)
      case .choice(let sweep): sweep.values
      default: []
      }
    return items.contains { $0.isSweep || $0.containsSweep }
  }

  var isDictionary: Bool {
    if case .dictionary = self { true } else { false }
  }

  /// The text, quoted or not.
  var text: String? {
    switch self {
    case .quoted(let text, _), .scalar(.string(let text)): text
    default: nil
    }
  }

  /// The value without a memory of its quotes.
  var unquoted: OverrideValue {
    guard case .quoted(let text, _) = self else { return self }
    return .scalar(.string(text))
  }

  /// The name of the value's type in Python, for messages.
  var pythonTypeName: String {
    switch self {
    case .scalar(.null): "NoneType"
    case .scalar(.bool): "bool"
    case .scalar(.int), .scalar(.bigInteger): "int"
    case .scalar(.float): "float"
    case .scalar: "str"
    case .quoted: "QuotedString"
    case .list: "list"
    case .dictionary: "dict"
    case .choice: "ChoiceSweep"
    case .range: "RangeSweep"
    case .interval: "IntervalSweep"
    case .glob: "Glob"
    }
  }

  /// The value as a tree, for a key of the configuration.
  func node(key: String) throws(ConfigError) -> ConfigNode {
    let origin = ConfigOrigin.commandLine
    switch self {
    case .scalar(.string(let text)), .quoted(let text, _):
      let value = ConfigValue(text: text)
      if case .interpolation = value {
        try InterpolationParser.validate(text, key: key, origin: nil)
      }
      return ConfigNode(value, origin: origin)
    case .scalar(let value): return ConfigNode(value, origin: origin)
    case .list(let items):
      var nodes: [ConfigNode] = []
      for (index, item) in items.enumerated() {
        nodes.append(try item.node(key: "\(key)[\(index)]"))
      }
      return ConfigNode(.list(nodes), origin: origin)
    case .dictionary(let entries):
      var result = OrderedDictionary<ConfigKey, ConfigNode>()
      for entry in entries {
        guard let name = entry.configKey else {
          throw .unsupportedKey("NoneType", position: origin)
        }
        result.setLikePython(name, to: try entry.value.node(key: "\(key).\(name)"))
      }
      return ConfigNode(.dictionary(result), origin: origin)
    case .choice, .range, .interval, .glob:
      return ConfigNode(.null, origin: origin)
    }
  }
}

extension OverrideEntry {
  var configKey: ConfigKey? {
    switch key {
    case .bool(let flag): .bool(flag)
    case .int(let number): .int(number)
    case .float(let number): .float(number)
    case .string(let text), .bigInteger(let text): .string(text)
    default: nil
    }
  }
}
