/// A token of an override.
struct OverrideToken: Equatable {
  enum Kind: Equatable {
    case endOfInput
    // In the key.
    case equal, tilde, plus, at, colon, slash, identifier, specialKey, dottedPath
    // In the value.
    case parenthesisOpen, parenthesisClose, comma, bracketOpen, bracketClose, braceOpen, braceClose
    case float, int, bool, null, unquotedCharacter, escape, blank, quoted, interpolation
    /// No token starts here.
    case invalid
  }

  var kind: Kind
  /// Bytes of the override's text.
  var range: Range<Int>
}

/// Cuts an override into tokens. The key has its own rules; the first `=` switches to those of values.
struct OverrideLexer {
  let bytes: [UInt8]
  /// Looking for a brace beyond this place is vain.
  private let lastBrace: Int
  private var index = 0

  private init(_ text: String) {
    bytes = Array(text.utf8)
    lastBrace = bytes.lastIndex(of: UInt8(ascii: "}")) ?? 0
  }

  /// All tokens of an override, ending with `endOfInput`, or with `invalid` at the first position where
  /// no token starts.
  static func tokens(of text: String) -> [OverrideToken] {
    var lexer = OverrideLexer(text)
    var result: [OverrideToken] = []
    var isInKey = true
    while lexer.index < lexer.bytes.count {
      let start = lexer.index
      let found = isInKey ? lexer.keyToken() : lexer.valueToken()
      guard let found else {
        result.append(OverrideToken(kind: .invalid, range: start..<lexer.bytes.count))
        return result
      }
      lexer.index = start + found.length
      result.append(OverrideToken(kind: found.kind, range: start..<lexer.index))
      if found.kind == .equal { isInKey = false }
    }
    let end = lexer.bytes.count
    result.append(OverrideToken(kind: .endOfInput, range: end..<end))
    return result
  }
}

// MARK: - Keys

extension OverrideLexer {
  private typealias Found = (kind: OverrideToken.Kind, length: Int)

  private func keyToken() -> Found? {
    switch bytes[index] {
    case UInt8(ascii: "="):
      return (.equal, 1 + ValueLexer.run(bytes, index + 1, ValueLexer.isBlank))
    case UInt8(ascii: "~"): return (.tilde, 1)
    case UInt8(ascii: "+"): return (.plus, 1)
    case UInt8(ascii: "@"): return (.at, 1)
    case UInt8(ascii: ":"): return (.colon, 1)
    case UInt8(ascii: "/"): return (.slash, 1)
    default: break
    }
    let first = segmentLength(index)
    guard first > 0 else { return nil }
    var end = index + first
    while end < bytes.count, bytes[end] == UInt8(ascii: ".") {
      let next = segmentLength(end + 1)
      guard next > 0 else { break }
      end += 1 + next
    }
    if end > index + first { return (.dottedPath, end - index) }
    guard !ValueLexer.isDigit(bytes[index]) else { return nil }
    let isPlain =
      ValueLexer.isIdentifierStart(bytes[index])
      && ValueLexer.run(bytes, index, ValueLexer.isIdentifierPart) == first
    return (isPlain ? .identifier : .specialKey, first)
  }

  /// The length of a name or of an unsigned integer.
  private func segmentLength(_ start: Int) -> Int {
    guard start < bytes.count else { return 0 }
    let byte = bytes[start]
    if ValueLexer.isIdentifierStart(byte) || byte == UInt8(ascii: "$") {
      return ValueLexer.run(bytes, start) {
        ValueLexer.isIdentifierPart($0) || $0 == UInt8(ascii: "$")
      }
    }
    guard ValueLexer.isDigit(byte) else { return 0 }
    if byte == UInt8(ascii: "0") { return 1 }
    var end = start
    while end < bytes.count {
      if ValueLexer.isDigit(bytes[end]) {
        end += 1
      } else if bytes[end] == UInt8(ascii: "_"), end + 1 < bytes.count,
        ValueLexer.isDigit(bytes[end + 1])
      {
        end += 2
      } else {
        break
      }
    }
    return end - start
  }
}

// MARK: - Values

extension OverrideLexer {
  private func valueToken() -> Found? {
    let blanks = ValueLexer.run(bytes, index, ValueLexer.isBlank)
    let next = index + blanks
    if next < bytes.count, let kind = Self.closing(bytes[next]) {
      switch kind {
      case .parenthesisClose, .bracketClose, .braceClose: return (kind, blanks + 1)
      default:
        return (kind, blanks + 1 + ValueLexer.run(bytes, next + 1, ValueLexer.isBlank))
      }
    }
    if blanks > 0 { return (.blank, blanks) }
    switch bytes[index] {
    case UInt8(ascii: "["):
      return (.bracketOpen, 1 + ValueLexer.run(bytes, index + 1, ValueLexer.isBlank))
    case UInt8(ascii: "{"):
      return (.braceOpen, 1 + ValueLexer.run(bytes, index + 1, ValueLexer.isBlank))
    case UInt8(ascii: "'"), UInt8(ascii: "\""):
      return quotedLength().map { (.quoted, $0) }
    case UInt8(ascii: "$"):
      if let length = interpolationLength() { return (.interpolation, length) }
    default: break
    }
    return ValueLexer.token(in: bytes, at: index).map { (Self.kind($0.kind), $0.length) }
  }

  /// The tokens that swallow the blanks before them.
  private static func closing(_ byte: UInt8) -> OverrideToken.Kind? {
    switch byte {
    case UInt8(ascii: "("): .parenthesisOpen
    case UInt8(ascii: ")"): .parenthesisClose
    case UInt8(ascii: ","): .comma
    case UInt8(ascii: "]"): .bracketClose
    case UInt8(ascii: "}"): .braceClose
    case UInt8(ascii: ":"): .colon
    case UInt8(ascii: "="): .equal
    default: nil
    }
  }

  private static func kind(_ kind: ValueToken) -> OverrideToken.Kind {
    switch kind {
    case .identifier: .identifier
    case .null: .null
    case .int: .int
    case .float: .float
    case .bool: .bool
    case .unquotedCharacter: .unquotedCharacter
    case .escape: .escape
    case .blank: .blank
    }
  }

  /// Up to the first quote that an even number of backslashes precedes.
  private func quotedLength() -> Int? {
    let quote = bytes[index]
    var backslashes = 0
    for position in bytes.indices.dropFirst(index + 1) {
      if bytes[position] == quote, backslashes % 2 == 0 { return position + 1 - index }
      backslashes = bytes[position] == UInt8(ascii: "\\") ? backslashes + 1 : 0
    }
    return nil
  }

  /// `${`, at least one character, up to the first `}`.
  private func interpolationLength() -> Int? {
    guard index + 2 < lastBrace, bytes[index + 1] == UInt8(ascii: "{"),
      bytes[index + 2] != UInt8(ascii: "}"),
      let end = bytes[(index + 2)...].firstIndex(of: UInt8(ascii: "}"))
    else { return nil }
    return end + 1 - index
  }
}
