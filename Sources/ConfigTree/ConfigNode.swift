import OrderedCollections

/// A value of a configuration together with the place where it was written.
public struct ConfigNode: Sendable {
  /// The value.
  public var value: ConfigValue
  /// The place that set the value; `nil` for values made in code.
  public var origin: ConfigOrigin?

  /// Wraps a value.
  public init(_ value: ConfigValue, origin: ConfigOrigin? = nil) {
    self.value = value
    self.origin = origin
  }

  /// An empty dictionary.
  public static var emptyDictionary: ConfigNode { ConfigNode(.dictionary([:])) }
}

extension ConfigNode: Equatable {
  /// Compares values; origins do not matter.
  public static func == (left: ConfigNode, right: ConfigNode) -> Bool {
    left.value == right.value
  }
}

// MARK: - Access

extension ConfigNode {
  /// The value of a string key of a dictionary; `nil` where there is none.
  ///
  /// Setting a key of anything but a dictionary turns the node into a dictionary.
  public subscript(_ key: String) -> ConfigNode? {
    get { dictionary?[.string(key)] }
    set {
      var entries = dictionary ?? [:]
      if let newValue {
        entries[.string(key)] = newValue
      } else {
        entries.removeValue(forKey: .string(key))
      }
      value = .dictionary(entries)
    }
  }

  /// The node at a path such as `modelpool.models.a` or `taskpool.heads.0`, without following
  /// interpolations; `nil` where nothing is there. The empty path is the node itself.
  public func node(at dottedPath: String) -> ConfigNode? {
    guard !dottedPath.isEmpty else { return self }
    var current = self
    for segment in dottedPath.split(separator: ".", omittingEmptySubsequences: false) {
      guard let next = current.child(String(segment)) else { return nil }
      current = next
    }
    return current
  }

  private func child(_ segment: String) -> ConfigNode? {
    switch value {
    case .dictionary(let entries):
      if let found = entries[.string(segment)] { return found }
      guard let number = Int(segment) else { return nil }
      return entries[.int(number)]
    case .list(let items):
      guard let index = Int(segment), items.indices.contains(index) else { return nil }
      return items[index]
    default:
      return nil
    }
  }

  /// Whether the value is `null`.
  public var isNull: Bool { value == .null }

  /// The entries, if the value is a dictionary.
  public var dictionary: OrderedDictionary<ConfigKey, ConfigNode>? {
    guard case .dictionary(let entries) = value else { return nil }
    return entries
  }

  /// The items, if the value is a list.
  public var list: [ConfigNode]? {
    guard case .list(let items) = value else { return nil }
    return items
  }

  /// The text, if the value is a string.
  public var string: String? {
    guard case .string(let text) = value else { return nil }
    return text
  }
}
