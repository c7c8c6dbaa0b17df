/// Which kind of value YAML 1.1 sees in a plain scalar. Two readings are known: the strict one of
/// YAML 1.1 that decides when a writer must quote, and the one of configuration files, which also
/// takes `1e-3` for a number and dates for text.
package enum PlainScalarRule {
  case null, bool, int, float, merge, value, timestamp, string

  /// The kind that a configuration file's reader sees.
  package static func whenReading(_ text: String) -> PlainScalarRule {
    let bytes = Array(text.utf8)
    if let word = reservedWord(text) { return word }
    guard let first = bytes.first, startsNumber(first) else { return .string }
    // The order matters: a text such as `1_000.` is a float before it can be an integer.
    if isReadFloat(bytes) { return .float }
    if isStrictFloat(bytes) { return .float }
    if isInt(bytes) { return .int }
    return .string
  }

  /// The kind that a plain YAML 1.1 reader sees; anything but `.string` has to be quoted as a text.
  package static func whenWriting(_ text: String) -> PlainScalarRule {
    let bytes = Array(text.utf8)
    if let word = reservedWord(text) { return word }
    guard let first = bytes.first, startsNumber(first) else { return .string }
    if isStrictFloat(bytes) { return .float }
    if isInt(bytes) { return .int }
    if isTimestamp(bytes) { return .timestamp }
    return .string
  }

  private static func reservedWord(_ text: String) -> PlainScalarRule? {
    switch text {
    case "", "~", "null", "Null", "NULL": .null
    case "yes", "Yes", "YES", "no", "No", "NO", "true", "True", "TRUE", "false", "False", "FALSE",
      "on", "On", "ON", "off", "Off", "OFF":
      .bool
    case "<<": .merge
    case "=": .value
    default: nil
    }
  }

  private static func startsNumber(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: ".")
  }

  package static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}

// MARK: - Patterns

extension PlainScalarRule {
  /// A cursor over bytes that matches small patterns greedily.
  private struct Cursor {
    let bytes: [UInt8]
    var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var atEnd: Bool { index == bytes.count }
    var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func take(_ text: StaticString) -> Bool {
      guard let byte = current, byte == text.utf8Start.pointee else { return false }
      index += 1
      return true
    }

    mutating func takeSign() -> Bool { take("+") || take("-") }

    @discardableResult
    mutating func takeWhile(_ matches: (UInt8) -> Bool) -> Int {
      let start = index
      while let byte = current, matches(byte) { index += 1 }
      return index - start
    }
  }

  private static func isDigitOrUnderscore(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_")
  }

  private static func isInfinityOrNaN(_ bytes: [UInt8]) -> Bool {
    switch String(decoding: bytes, as: UTF8.self) {
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan",
      ".NaN", ".NAN":
      true
    default: false
    }
  }

  /// Digits with single underscores between them.
  private static func takeGroupedDigits(_ cursor: inout Cursor) -> Bool {
    guard cursor.takeWhile(isDigit) > 0 else { return false }
    while cursor.current == UInt8(ascii: "_") {
      let mark = cursor.index
      cursor.index += 1
      if cursor.takeWhile(isDigit) == 0 {
        cursor.index = mark
        return true
      }
    }
    return true
  }

  /// `(:[0-5]?[0-9])+`
  private static func takeSexagesimalParts(_ cursor: inout Cursor) -> Bool {
    var count = 0
    while cursor.current == UInt8(ascii: ":") {
      cursor.index += 1
      let start = cursor.index
      let digits = cursor.takeWhile(isDigit)
      guard digits == 1 || (digits == 2 && cursor.bytes[start] <= UInt8(ascii: "5")) else {
        return false
      }
      count += 1
    }
    return count > 0
  }

  private static func isReadFloat(_ bytes: [UInt8]) -> Bool {
    if isInfinityOrNaN(bytes) { return true }
    var cursor = Cursor(bytes)
    if cursor.take(".") {
      guard takeGroupedDigits(&cursor) else { return false }
      return cursor.atEnd || takeExponent(&cursor, signRequired: true) && cursor.atEnd
    }
    _ = cursor.takeSign()
    guard takeGroupedDigits(&cursor) else { return false }
    if cursor.take(".") {
      cursor.takeWhile(isDigitOrUnderscore)
      return cursor.atEnd || takeExponent(&cursor, signRequired: false) && cursor.atEnd
    }
    if cursor.current == UInt8(ascii: ":") {
      return takeSexagesimalParts(&cursor) && cursor.take(".")
        && { cursor.takeWhile(isDigitOrUnderscore) >= 0 && cursor.atEnd }()
    }
    return takeExponent(&cursor, signRequired: false) && cursor.atEnd
  }

  private static func isStrictFloat(_ bytes: [UInt8]) -> Bool {
    if isInfinityOrNaN(bytes) { return true }
    var cursor = Cursor(bytes)
    if cursor.take(".") {
      guard let byte = cursor.current, isDigit(byte) else { return false }
      cursor.takeWhile(isDigitOrUnderscore)
      return cursor.atEnd || takeExponent(&cursor, signRequired: true) && cursor.atEnd
    }
    _ = cursor.takeSign()
    guard let byte = cursor.current, isDigit(byte) else { return false }
    cursor.takeWhile(isDigitOrUnderscore)
    if cursor.current == UInt8(ascii: ":") {
      guard takeSexagesimalParts(&cursor), cursor.take(".") else { return false }
      cursor.takeWhile(isDigitOrUnderscore)
      return cursor.atEnd
    }
    guard cursor.take(".") else { return false }
    cursor.takeWhile(isDigitOrUnderscore)
    return cursor.atEnd || takeExponent(&cursor, signRequired: true) && cursor.atEnd
  }

  private static func takeExponent(_ cursor: inout Cursor, signRequired: Bool) -> Bool {
    guard cursor.take("e") || cursor.take("E") else { return false }
    let signed = cursor.takeSign()
    return (signed || !signRequired) && cursor.takeWhile(isDigit) > 0
  }

  private static func isInt(_ bytes: [UInt8]) -> Bool {
    var cursor = Cursor(bytes)
    _ = cursor.takeSign()
    guard let first = cursor.current, isDigit(first) else { return false }
    if first == UInt8(ascii: "0") {
      cursor.index += 1
      if cursor.atEnd { return true }
      if cursor.take("b") {
        return cursor.takeWhile { $0 == 0x30 || $0 == 0x31 || $0 == UInt8(ascii: "_") } > 0
          && cursor.atEnd
      }
      if cursor.take("x") {
        return cursor.takeWhile { isHexDigit($0) || $0 == UInt8(ascii: "_") } > 0 && cursor.atEnd
      }
      return cursor.takeWhile { ($0 >= 0x30 && $0 <= 0x37) || $0 == UInt8(ascii: "_") } > 0
        && cursor.atEnd
    }
    cursor.takeWhile(isDigitOrUnderscore)
    return cursor.atEnd || takeSexagesimalParts(&cursor) && cursor.atEnd
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f"))
  }

  /// A date `2024-01-31`, or a date with a time of day.
  private static func isTimestamp(_ bytes: [UInt8]) -> Bool {
    var cursor = Cursor(bytes)
    guard cursor.takeWhile(isDigit) == 4, cursor.take("-") else { return false }
    let month = cursor.takeWhile(isDigit)
    guard (1...2).contains(month), cursor.take("-") else { return false }
    let day = cursor.takeWhile(isDigit)
    guard (1...2).contains(day) else { return false }
    if cursor.atEnd { return month == 2 && day == 2 }
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
    if !(cursor.take("T") || cursor.take("t")), cursor.takeWhile(isBlank) == 0 { return false }
    guard (1...2).contains(cursor.takeWhile(isDigit)), cursor.take(":"),
      cursor.takeWhile(isDigit) == 2, cursor.take(":"), cursor.takeWhile(isDigit) == 2
    else { return false }
    if cursor.take(".") { cursor.takeWhile(isDigit) }
    if cursor.atEnd { return true }
    cursor.takeWhile(isBlank)
    if cursor.take("Z") { return cursor.atEnd }
    guard cursor.takeSign(), (1...2).contains(cursor.takeWhile(isDigit)) else { return false }
    if cursor.atEnd { return true }
    return cursor.take(":") && cursor.takeWhile(isDigit) == 2 && cursor.atEnd
  }
}
