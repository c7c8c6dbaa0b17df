import ConfigTree
import OrderedCollections

/// A type that a parameter can have.
public protocol ConfigRepresentable {
  /// Reads a value.
  ///
  /// - Parameter key: the parameter's key, for messages.
  /// - Throws: `ParameterError.wrongType` and others.
  static func decode(_ node: ConfigNode, key: String) throws -> Self
  /// The node that `decode` reads as this value.
  func encoded() -> ConfigNode
}

extension Bool: ConfigRepresentable {
  /// Reads `true` or `false`.
  public static func decode(_ node: ConfigNode, key: String) throws -> Bool {
    guard case .bool(let value) = node.value else {
      throw ParameterError.wrongType(key: key, expected: "a bool", node)
    }
    return value
  }
  /// The bool.
  public func encoded() -> ConfigNode { ConfigNode(.bool(self)) }
}

extension Int: ConfigRepresentable {
  /// Reads an integer.
  public static func decode(_ node: ConfigNode, key: String) throws -> Int {
    guard case .int(let value) = node.value else {
      throw ParameterError.wrongType(key: key, expected: "an integer", node)
    }
    return value
  }
  /// The integer.
  public func encoded() -> ConfigNode { ConfigNode(.int(self)) }
}

extension Double: ConfigRepresentable {
  /// Reads a finite number; an integer will do.
  public static func decode(_ node: ConfigNode, key: String) throws -> Double {
    switch node.value {
    case .float(let value) where value.isFinite: return value
    case .int(let value): return Double(value)
    default: throw ParameterError.wrongType(key: key, expected: "a finite number", node)
    }
  }
  /// The number.
  public func encoded() -> ConfigNode { ConfigNode(.float(self)) }
}

extension String: ConfigRepresentable {
  /// Reads a string; numbers and bools are not turned into one.
  public static func decode(_ node: ConfigNode, key: String) throws -> String {
    guard case .string(let value) = node.value else {
      throw ParameterError.wrongType(key: key, expected: "a string", node)
    }
    return value
  }
  /// The string.
  public func encoded() -> ConfigNode { ConfigNode(.string(self)) }
}

extension Optional: ConfigRepresentable where Wrapped: ConfigRepresentable {
  /// Reads a value or null.
  public static func decode(_ node: ConfigNode, key: String) throws -> Wrapped? {
    if case .null = node.value { return nil }
    return try Wrapped.decode(node, key: key)
  }
  /// The value or null.
  public func encoded() -> ConfigNode { self?.encoded() ?? ConfigNode(.null) }
}

extension Array: ConfigRepresentable where Element: ConfigRepresentable {
  /// Reads a list.
  public static func decode(_ node: ConfigNode, key: String) throws -> [Element] {
    guard case .list(let nodes) = node.value else {
      throw ParameterError.wrongType(key: key, expected: "a list", node)
    }
    return try nodes.enumerated().map { try Element.decode($1, key: "\(key)[\($0)]") }
  }
  /// The list.
  public func encoded() -> ConfigNode { ConfigNode(.list(map { $0.encoded() })) }
}

extension ConfigNode: ConfigRepresentable {
  /// Takes the node as it is.
  public static func decode(_ node: ConfigNode, key: String) throws -> ConfigNode { node }
  /// The node itself.
  public func encoded() -> ConfigNode { self }
}

/// A parameter with a closed set of spellings; conform a `String` enumeration to get it.
public protocol ConfigChoice: ConfigRepresentable, RawRepresentable, CaseIterable
where RawValue == String {}

extension ConfigChoice {
  /// Reads one of the spellings.
  public static func decode(_ node: ConfigNode, key: String) throws -> Self {
    let choices = allCases.map(\.rawValue)
    guard case .string(let text) = node.value, let value = Self(rawValue: text) else {
      throw ParameterError.wrongType(
        key: key, expected: "one of \(choices.joined(separator: ", "))", node)
    }
    return value
  }
  /// The spelling.
  public func encoded() -> ConfigNode { ConfigNode(.string(rawValue)) }
}

extension OrderedDictionary: ConfigRepresentable where Key == String, Value: ConfigRepresentable {
  /// Reads a dictionary with string keys, in order; null is an empty one.
  public static func decode(
    _ node: ConfigNode, key: String
  ) throws -> OrderedDictionary<String, Value> {
    if node.isNull { return [:] }
    guard let entries = node.dictionary else {
      throw ParameterError.wrongType(key: key, expected: "a dictionary", node)
    }
    var values = OrderedDictionary<String, Value>()
    for (name, value) in entries {
      values[name.description] = try Value.decode(value, key: "\(key).\(name)")
    }
    return values
  }
  /// The dictionary.
  public func encoded() -> ConfigNode {
    var node = ConfigNode(.dictionary([:]))
    for (name, value) in self { node[name] = value.encoded() }
    return node
  }
}
