import ConfigTree
import FusionCore

/// A parameter that is a number or a list of numbers.
public enum NumberOrList: ConfigRepresentable, Sendable, Equatable {
  case number(Double)
  case list([Double])

  /// Reads a number or a list of numbers.
  public static func decode(_ node: ConfigNode, key: String) throws -> NumberOrList {
    if case .list = node.value { return .list(try [Double].decode(node, key: key)) }
    return .number(try Double.decode(node, key: key))
  }

  /// The number, or the list.
  public func encoded() -> ConfigNode {
    switch self {
    case .number(let value): value.encoded()
    case .list(let values): values.encoded()
    }
  }
}
