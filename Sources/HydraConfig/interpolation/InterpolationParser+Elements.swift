import ConfigTree

extension InterpolationParser {
  /// The arguments of a resolver up to and including the closing brace. A missing argument between
  /// commas is an empty text.
  mutating func arguments(
    start: Int
  ) throws(InterpolationSyntaxError) -> [InterpolationElement] {
    if peekAfterBlanks() == UInt8(ascii: "}") {
      skipBlanks()
      index += 1
      return []
    }
    let result = try sequence(until: UInt8(ascii: "}"), start: start)
    return result
  }

  private mutating func sequence(
    until close: UInt8, start: Int
  ) throws(InterpolationSyntaxError) -> [InterpolationElement] {
    var result: [InterpolationElement] = []
    var isAfterComma = true
    while true {
      switch peekAfterBlanks() {
      case UInt8(ascii: "}") where close == UInt8(ascii: "]") && !isAfterComma,
        nil where close == UInt8(ascii: "]") && !isAfterComma:
        throw missing("BRACKET_CLOSE")
      case close:
        skipBlanks()
        index += 1
        if isAfterComma { result.append(.constant(.string(""))) }
        return result
      case UInt8(ascii: ","):
        skipBlanks()
        index += 1
        skipBlanks()
        if isAfterComma { result.append(.constant(.string(""))) }
        isAfterComma = true
      default:
        guard isAfterComma else { throw unexpected(from: start) }
        result.append(try element(stopsAtColon: false))
        isAfterComma = false
      }
    }
  }

  /// One value: quoted, a list, a dictionary, or unquoted.
  mutating func element(
    stopsAtColon: Bool
  ) throws(InterpolationSyntaxError) -> InterpolationElement {
    switch current {
    case UInt8(ascii: "'"), UInt8(ascii: "\""):
      guard let quote = current else { throw unexpected() }
      let text = try quotedText(quote)
      guard !text.pieces.isEmpty else { return .constant(.string("")) }
      if text.pieces.count == 1, case .literal(let literal) = text.pieces[0] {
        return .constant(.string(literal))
      }
      return .text(text)
    case UInt8(ascii: "["):
      return try nest { (parser) throws(InterpolationSyntaxError) in
        let start = parser.index
        parser.index += 1
        parser.skipBlanks()
        if parser.current == UInt8(ascii: "]") {
          parser.index += 1
          return .list([])
        }
        return .list(try parser.sequence(until: UInt8(ascii: "]"), start: start))
      }
    case UInt8(ascii: "{"):
      return try nest { (parser) throws(InterpolationSyntaxError) in
        try parser.dictionary()
      }
    default:
      return try primitive()
    }
  }

  private mutating func dictionary() throws(InterpolationSyntaxError) -> InterpolationElement {
    let start = index
    index += 1
    skipBlanks()
    var entries: [(key: ConfigKey?, value: InterpolationElement)] = []
    if current == UInt8(ascii: "}") {
      index += 1
      return .dictionary([])
    }
    while true {
      let key = try dictionaryKey()
      guard peekAfterBlanks() == UInt8(ascii: ":") else { throw unexpected(from: start) }
      skipBlanks()
      index += 1
      skipBlanks()
      entries.append((key, try element(stopsAtColon: false)))
      let next = peekAfterBlanks()
      skipBlanks()
      index += 1
      if next == UInt8(ascii: "}") { return .dictionary(entries) }
      guard next == UInt8(ascii: ",") else {
        index -= 1
        throw unexpected(from: start)
      }
      skipBlanks()
    }
  }

  private mutating func dictionaryKey() throws(InterpolationSyntaxError) -> ConfigKey? {
    let tokens = try primitiveTokens(allowsColonAndInterpolation: false)
    guard case .constant(let value) = combine(tokens) else { throw unexpected() }
    switch value {
    case .bool(let flag): return .bool(flag)
    case .int(let number): return .int(number)
    case .float(let number): return .float(number)
    case .string(let text): return .string(text)
    case .missing: return "???"
    default: return nil
    }
  }

  private mutating func primitive() throws(InterpolationSyntaxError) -> InterpolationElement {
    combine(try primitiveTokens(allowsColonAndInterpolation: true))
  }

  private enum PrimitiveToken {
    case value(ValueToken, Range<Int>)
    case colon(Range<Int>)
    case interpolation(Interpolation)
  }

  /// The tokens up to a comma or a closing bracket, without the blanks before it.
  private mutating func primitiveTokens(
    allowsColonAndInterpolation: Bool
  ) throws(InterpolationSyntaxError) -> [PrimitiveToken] {
    var tokens: [PrimitiveToken] = []
    let start = index
    while index < bytes.count {
      switch peekAfterBlanks() {
      case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
        guard !tokens.isEmpty else { throw unexpected(from: start) }
        return tokens
      case UInt8(ascii: ":"):
        guard allowsColonAndInterpolation else {
          guard !tokens.isEmpty else { throw unexpected(from: start) }
          return tokens
        }
        let begin = index
        skipBlanks()
        index += 1
        skipBlanks()
        tokens.append(.colon(begin..<index))
        continue
      default: break
      }
      if isAt("${"), allowsColonAndInterpolation {
        tokens.append(.interpolation(try interpolation()))
      } else if let token = ValueLexer.token(in: bytes, at: index) {
        tokens.append(.value(token.kind, index..<index + token.length))
        index += token.length
      } else {
        throw unknownToken()
      }
    }
    guard !tokens.isEmpty else { throw unexpected(from: start) }
    return tokens
  }

  /// A single token keeps its type; several are joined to a text.
  private func combine(_ tokens: [PrimitiveToken]) -> InterpolationElement {
    if tokens.count == 1 {
      switch tokens[0] {
      case .interpolation(let interpolation): return .interpolation(interpolation)
      case .colon(let range): return .constant(.string(string(range)))
      case .value(let kind, let range):
        return .constant(PrimitiveValue.value(kind, text: string(range)))
      }
    }
    var text = TextBuilder()
    var hasInterpolation = false
    for token in tokens {
      switch token {
      case .interpolation(let interpolation):
        hasInterpolation = true
        text.append(interpolation)
      case .colon(let range): text.append(bytes[range])
      case .value(.escape, let range):
        text.append(PrimitiveValue.unescape(string(range)).utf8)
      case .value(_, let range): text.append(bytes[range])
      }
    }
    let result = text.finish()
    guard !hasInterpolation, case .literal(let literal)? = result.pieces.first else {
      return .text(result)
    }
    return .constant(.string(literal))
  }
}
