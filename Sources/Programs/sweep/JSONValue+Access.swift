import FusionCore

extension JSONValue {
  /// The number, if it is one.
  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The texts of a list.
  var strings: [String] {
    items.compactMap(\.string)
  }

  /// The text, if it is one.
  var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The items of a list; none of anything else.
  var items: [JSONValue] {
    if case .array(let items) = self { items } else { [] }
  }
}
