import ConfigTree
import FusionCore

/// A path, or null or false for none.
public enum OptionalPath: ConfigRepresentable {
  case none
  case path(String)

  /// The path, if there is one.
  public var text: String? {
    if case .path(let text) = self { text } else { nil }
  }

  /// Reads a string, null or false.
  public static func decode(_ node: ConfigNode, key: String) throws -> OptionalPath {
    switch node.value {
    case .null, .bool(false): .none
    case .string(let text): .path(text)
    default: throw ParameterError.wrongType(key: key, expected: "a path, null or false", node)
    }
  }

  /// The path or null.
  public func encoded() -> ConfigNode { ConfigNode(text.map { .string($0) } ?? .null) }
}
