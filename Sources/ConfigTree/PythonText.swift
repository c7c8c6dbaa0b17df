/// Texts as Python's `str` and `repr` make them, because configurations show them to the user and
/// put them into strings.
package enum PythonText {
  /// Whether a text contains `${`.
  package static func containsInterpolation(_ text: String) -> Bool {
    var previousIsDollar = false
    for byte in text.utf8 {
      if previousIsDollar, byte == UInt8(ascii: "{") { return true }
      previousIsDollar = byte == UInt8(ascii: "$")
    }
    return false
  }

  /// The shortest text that reads back as the number: `0.1`, `1e-05`, `1e+16`, `inf`, `nan`.
  package static func float(_ number: Double) -> String {
    if number.isNaN { return "nan" }
    if number.isInfinite { return number < 0 ? "-inf" : "inf" }
    let (digits, point) = shortestDigits(number.magnitude)
    let sign = number.sign == .minus ? "-" : ""
    guard point > -4, point <= 16 else {
      let exponent = point - 1
      let first = digits.prefix(1)
      let rest = digits.dropFirst()
      let magnitude = abs(exponent)
      let shown = magnitude < 10 ? "0\(magnitude)" : "\(magnitude)"
      let mantissa = rest.isEmpty ? "\(first)" : "\(first).\(rest)"
      return "\(sign)\(mantissa)e\(exponent < 0 ? "-" : "+")\(shown)"
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    if digits.count <= point {
      return sign + digits + String(repeating: "0", count: point - digits.count) + ".0"
    }
    return sign + digits.prefix(point) + "." + digits.dropFirst(point)
  }

  /// The significant digits of a finite number and the position of the decimal point in them.
  private static func shortestDigits(_ magnitude: Double) -> (digits: String, point: Int) {
    guard magnitude != 0 else { return ("0", 1) }
    let parts = magnitude.description.split(separator: "e")
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let whole = mantissa[0]
    let fraction = mantissa.count > 1 ? mantissa[1] : ""
    let all = whole + fraction
    let stripped = all.drop { $0 == "0" }
    var digits = String(stripped)
    while digits.last == "0" { digits.removeLast() }
    return (digits, whole.count + exponent - (all.count - stripped.count))
  }

  /// A text as a Python literal: single quotes, or double quotes where that saves escaping.
  package static func literal(_ text: String) -> String {
    let quote: Unicode.Scalar =
      text.unicodeScalars.contains("'") && !text.unicodeScalars.contains("\"") ? "\"" : "'"
    var result = String.UnicodeScalarView([quote])
    for scalar in text.unicodeScalars {
      switch scalar {
      case quote, "\\":
        result.append("\\")
        result.append(scalar)
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      case "\r": result.append(contentsOf: "\\r".unicodeScalars)
      case "\t": result.append(contentsOf: "\\t".unicodeScalars)
      default:
        if scalar.value < 0x20 || (0x7F...0xA0).contains(scalar.value) || scalar.value == 0xAD {
          result.append(contentsOf: "\\x".unicodeScalars)
          result.append(contentsOf: hex(scalar.value, width: 2).unicodeScalars)
        } else {
          result.append(scalar)
        }
      }
    }
    result.append(quote)
    return String(result)
  }

  package static func hex(_ number: UInt32, width: Int, uppercase: Bool = false) -> String {
    let digits = String(number, radix: 16, uppercase: uppercase)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension ConfigNode {
  /// The value as Python's `str` shows it: texts bare, `None`, `True`, lists and dictionaries as
  /// Python literals.
  package var pythonText: String {
    switch value {
    case .string(let text), .interpolation(let text): text
    case .missing: "???"
    default: pythonLiteral
    }
  }

  /// The value as Python's `repr` shows it.
  package var pythonLiteral: String {
    switch value {
    case .null: "None"
    case .missing: "'???'"
    case .bool(let flag): flag ? "True" : "False"
    case .int(let number): String(number)
    case .bigInteger(let digits): digits
    case .float(let number): PythonText.float(number)
    case .string(let text), .interpolation(let text): PythonText.literal(text)
    case .list(let items): "[" + items.map(\.pythonLiteral).joined(separator: ", ") + "]"
    case .dictionary(let entries):
      "{"
        + entries.map { key, node in "\(key.pythonLiteral): \(node.pythonLiteral)" }
        .joined(separator: ", ") + "}"
    }
  }
}

extension ConfigKey {
  /// The key as Python's `repr` shows it.
  package var pythonLiteral: String {
    guard case .string(let text) = self else { return description }
    return PythonText.literal(text)
  }
}
