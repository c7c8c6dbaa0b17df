import ConfigTree
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

  /// Indented text, as Python's `json` writes it, with a line break at its end: ASCII alone, and
  /// `NaN`, `Infinity`, `-Infinity` for numbers that JSON has no spelling for.
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
      text +=
        value.isNaN
        ? "NaN"
        : value.isInfinite
          ? (value < 0 ? "-Infinity" : "Infinity")
          : PythonText.float(value)
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
    for unit in string.utf16 {
      switch unit {
      case 0x22: text += "\\\""
      case 0x5C: text += "\\\\"
      case 0x0A: text += "\\n"
      case 0x0D: text += "\\r"
      case 0x09: text += "\\t"
      case 0x08: text += "\\b"
      case 0x0C: text += "\\f"
      case 0x20...0x7E: text.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      default: text += "\\u" + PythonText.hex(UInt32(unit), width: 4)
      }
    }
    text += "\""
  }
}
