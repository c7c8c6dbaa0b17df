/// What Python's `int(text)` and `float(text)` accept.
package enum PythonNumber {
  /// Whether `int(text)` or `float(text)` succeeds.
  package static func isNumber(_ text: String) -> Bool {
    integerDigits(text) != nil || float(text) != nil
  }

  /// The sign and digits of an integer, without underscores and leading zeros; `nil` if it is none.
  package static func integerDigits(_ text: String) -> String? {
    var bytes = trimmed(text)
    var sign = ""
    if let first = bytes.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
      sign = first == UInt8(ascii: "-") ? "-" : ""
      bytes = bytes.dropFirst()
    }
    guard let digits = groupedDigits(bytes) else { return nil }
    let significant = digits.drop { $0 == UInt8(ascii: "0") }
    if significant.isEmpty { return "0" }
    return sign + String(decoding: significant, as: UTF8.self)
  }

  /// The number that `float(text)` makes; `nil` if it fails.
  package static func float(_ text: String) -> Double? {
    let bytes = trimmed(text)
    let body =
      bytes.first == UInt8(ascii: "+") || bytes.first == UInt8(ascii: "-")
      ? bytes.dropFirst() : bytes
    let isNegative = bytes.first == UInt8(ascii: "-")
    switch String(decoding: body, as: UTF8.self).lowercased() {
    case "inf", "infinity": return isNegative ? -Double.infinity : Double.infinity
    case "nan": return Double.nan
    default: break
    }
    guard isDecimal(body) else { return nil }
    let cleaned = bytes.filter { $0 != UInt8(ascii: "_") }
    return parse(String(decoding: cleaned, as: UTF8.self))
  }

  /// Reads a decimal such as `5.`, `.5` or `1e3`; a number too large is infinite.
  package static func parse(_ decimal: String) -> Double? {
    var text = Substring(decimal)
    var sign = 1.0
    if let first = text.first, first == "+" || first == "-" {
      sign = first == "-" ? -1 : 1
      text = text.dropFirst()
    }
    if text.first == "." { text = "0" + text }
    guard let number = Double(text.replacingDotBeforeExponent) else { return nil }
    return sign * number
  }

  private static func trimmed(_ text: String) -> ArraySlice<UInt8> {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || ($0 >= 0x09 && $0 <= 0x0D) }
    var bytes = ArraySlice(Array(text.utf8)).drop(while: isSpace)
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    return bytes
  }

  /// Digits with single underscores inside, with the underscores removed.
  private static func groupedDigits(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var digits: [UInt8] = []
    var previousIsDigit = false
    for byte in bytes {
      if PlainScalarRule.isDigit(byte) {
        digits.append(byte)
        previousIsDigit = true
      } else {
        guard byte == UInt8(ascii: "_"), previousIsDigit else { return nil }
        previousIsDigit = false
      }
    }
    return previousIsDigit ? digits : nil
  }

  private static func isDecimal(_ bytes: ArraySlice<UInt8>) -> Bool {
    let isExponentMark: (UInt8) -> Bool = { $0 | 0x20 == UInt8(ascii: "e") }
    let mark = bytes.firstIndex(where: isExponentMark)
    if let mark {
      var exponent = bytes[bytes.index(after: mark)...]
      if let first = exponent.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
        exponent = exponent.dropFirst()
      }
      guard groupedDigits(exponent) != nil else { return false }
    }
    let mantissa = mark.map { bytes[..<$0] } ?? bytes
    guard let point = mantissa.firstIndex(of: UInt8(ascii: ".")) else {
      return groupedDigits(mantissa) != nil
    }
    let whole = mantissa[..<point]
    let fraction = mantissa[mantissa.index(after: point)...]
    guard !whole.isEmpty || !fraction.isEmpty else { return false }
    return (whole.isEmpty || groupedDigits(whole) != nil)
      && (fraction.isEmpty || groupedDigits(fraction) != nil)
  }
}

extension Substring {
  /// `5.e3` and `5.` without the bare point, which Swift's reader does not take.
  fileprivate var replacingDotBeforeExponent: String {
    var result = ""
    var previous: Character?
    for character in self {
      if previous == ".", character == "e" || character == "E" { result.removeLast() }
      result.append(character)
      previous = character
    }
    if previous == "." { result.removeLast() }
    return result
  }
}
