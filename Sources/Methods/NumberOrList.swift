import ConfigTree
import FusionCore

/// One number, or one for each model.
public enum NumberOrList: ConfigRepresentable, Sendable, Equatable {
  case number(Double)
  case list([Double])

  /// The number, if it is one.
  var number: Double? {
    if case .number(let value) = self { value } else { nil }
  }

  /// Reads a number or a list of numbers.
  public static func decode(_ node: ConfigNode, key: String) throws -> NumberOrList {
    switch node.value {
    case .list: .list(try [Double].decode(node, key: key))
    case .int, .float: .number(try Double.decode(node, key: key))
    default:
      throw ParameterError.wrongType(
        key: key, expected: "a number, or a list with a number for each model", node)
    }
  }

  /// The number or the list.
  public func encoded() -> ConfigNode {
    switch self {
    case .number(let value): value.encoded()
    case .list(let values): values.encoded()
    }
  }
}
