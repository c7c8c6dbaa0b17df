import OrderedCollections

/// A JSON document whose objects keep their order.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(OrderedDictionary<String, JSONValue>)

  /// The member called `key` of an object.
  public subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  /// Indented text with a line break at its end. Numbers that JSON has no spelling for are written
  /// as Python's `json` writes them: `NaN`, `Infinity`, `-Infinity`.
  ///
  /// - Parameter indent: spaces per level.
  public func text(indent: Int = 4) -> String {
    var text = ""
    write(to: &text, indent: indent, depth: 0)
    return text + "\n"
  }

  private func write(to text: inout String, indent: Int, depth: Int) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += "\(value)"
    case .number(let value):
      text += value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : "\(value)"
    case .string(let value): JSONValue.quote(value, into: &text)
    case .array(let values):
      JSONValue.block("[", "]", values, to: &text, indent: indent, depth: depth) { value, text in
        value.write(to: &text, indent: indent, depth: depth + 1)
      }
    case .object(let members):
      JSONValue.block("{", "}", members.elements, to: &text, indent: indent, depth: depth) {
        member, text in
        JSONValue.quote(member.key, into: &text)
        text += ": "
        member.value.write(to: &text, indent: indent, depth: depth + 1)
      }
    }
  }

  private static func block<C: Collection>(
    _ open: String, _ close: String, _ items: C, to text: inout String, indent: Int, depth: Int,
    _ item: (C.Element, inout String) -> Void
  ) {
    text += open
    for (position, element) in items.enumerated() {
      text += (position == 0 ? "\n" : ",\n") + String(repeating: " ", count: indent * (depth + 1))
      item(element, &text)
    }
    if !items.isEmpty { text += "\n" + String(repeating: " ", count: indent * depth) }
    text += close
  }

  private static func quote(_ string: String, into text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
