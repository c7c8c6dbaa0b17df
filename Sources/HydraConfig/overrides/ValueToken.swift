/// The tokens that values on the command line and arguments of interpolations are made of.
enum ValueToken: Equatable {
  case identifier, null, int, float, bool, unquotedCharacter, escape, blank
}

/// Finds the longest value token at a position.
enum ValueLexer {
  /// The kind and length in bytes of the token at `start`; `nil` if no value token starts there.
  static func token(in bytes: [UInt8], at start: Int) -> (kind: ValueToken, length: Int)? {
    guard start < bytes.count else { return nil }
    let byte = bytes[start]
    if isBlank(byte) { return (.blank, run(bytes, start, isBlank)) }
    if byte == UInt8(ascii: "\\") {
      let length = escapeLength(bytes, start)
      return length > 0 ? (.escape, length) : (.unquotedCharacter, 1)
    }
    var best: (kind: ValueToken, length: Int)?
    let number = numberLength(bytes, start)
    if let float = number.float { best = (.float, float) }
    if let int = number.int, int > best?.length ?? 0 { best = (.int, int) }
    if isIdentifierStart(byte) {
      let length = run(bytes, start, isIdentifierPart)
      if length > best?.length ?? 0 {
        best = (keyword(bytes[start..<start + length]) ?? .identifier, length)
      }
    }
    if best == nil, isUnquoted(byte) { best = (.unquotedCharacter, 1) }
    return best
  }

  private static func keyword(_ word: ArraySlice<UInt8>) -> ValueToken? {
    switch word.count {
    case 4:
      switch String(decoding: word, as: UTF8.self).lowercased() {
      case "true": .bool
      case "null": .null
      default: nil
      }
    case 5: String(decoding: word, as: UTF8.self).lowercased() == "false" ? .bool : nil
    default: nil
    }
  }
}

// MARK: - Character classes

extension ValueLexer {
  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  static func isLetter(_ byte: UInt8) -> Bool {
    byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
  }

  static func isIdentifierStart(_ byte: UInt8) -> Bool {
    isLetter(byte) || byte == UInt8(ascii: "_")
  }

  static func isIdentifierPart(_ byte: UInt8) -> Bool {
    isIdentifierStart(byte) || isDigit(byte) || byte == UInt8(ascii: "-")
  }

  private static func isUnquoted(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
      UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "*"), UInt8(ascii: "@"),
      UInt8(ascii: "?"), UInt8(ascii: "|"):
      true
    default: false
    }
  }

  private static func isEscapable(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\\"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["),
      UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ":"),
      UInt8(ascii: "="), UInt8(ascii: ","), 0x20, 0x09:
      true
    default: false
    }
  }

  static func run(_ bytes: [UInt8], _ start: Int, _ matches: (UInt8) -> Bool) -> Int {
    var index = start
    while index < bytes.count, matches(bytes[index]) { index += 1 }
    return index - start
  }

  /// The length of the pairs of a backslash and an escapable character.
  private static func escapeLength(_ bytes: [UInt8], _ start: Int) -> Int {
    var index = start
    while index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
      isEscapable(bytes[index + 1])
    {
      index += 2
    }
    return index - start
  }
}

// MARK: - Numbers

extension ValueLexer {
  /// The lengths of the longest integer and of the longest float at a position.
  private static func numberLength(
    _ bytes: [UInt8], _ start: Int
  ) -> (int: Int?, float: Int?) {
    var index = start
    if bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
    guard index < bytes.count else { return (nil, nil) }
    if isLetter(bytes[index]) {
      let word = String(decoding: bytes[index..<min(index + 3, bytes.count)], as: UTF8.self)
      let isNamed = word.lowercased() == "inf" || word.lowercased() == "nan"
      return (nil, isNamed ? index + 3 - start : nil)
    }
    var int: Int?
    var float: Int?
    var mantissaEnd: Int?
    let whole = unsignedLength(bytes, index)
    if whole > 0 {
      int = index + whole - start
      mantissaEnd = index + whole
      index += whole
    }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      let fraction = groupedLength(bytes, index + 1)
      if whole > 0 || fraction > 0 {
        float = index + 1 + fraction - start
        mantissaEnd = index + 1 + fraction
        if let exponent = exponentLength(bytes, index + 1 + fraction) {
          return (int, index + 1 + fraction + exponent - start)
        }
      }
      return (int, float)
    }
    if let mantissaEnd, let exponent = exponentLength(bytes, mantissaEnd) {
      float = mantissaEnd + exponent - start
    }
    return (int, float)
  }

  /// `0`, or digits with single underscores that do not start with zero.
  private static func unsignedLength(_ bytes: [UInt8], _ start: Int) -> Int {
    guard start < bytes.count, isDigit(bytes[start]) else { return 0 }
    return bytes[start] == 0x30 ? 1 : groupedLength(bytes, start)
  }

  private static func groupedLength(_ bytes: [UInt8], _ start: Int) -> Int {
    var index = start
    guard index < bytes.count, isDigit(bytes[index]) else { return 0 }
    while index < bytes.count {
      if isDigit(bytes[index]) {
        index += 1
      } else if bytes[index] == UInt8(ascii: "_"), index + 1 < bytes.count,
        isDigit(bytes[index + 1])
      {
        index += 2
      } else {
        break
      }
    }
    return index - start
  }

  private static func exponentLength(_ bytes: [UInt8], _ start: Int) -> Int? {
    guard start < bytes.count, bytes[start] | 0x20 == UInt8(ascii: "e") else { return nil }
    var index = start + 1
    if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
      index += 1
    }
    let digits = groupedLength(bytes, index)
    return digits > 0 ? index + digits - start : nil
  }
}
