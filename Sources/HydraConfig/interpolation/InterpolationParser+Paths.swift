import ConfigTree

// MARK: - Interpolations

extension InterpolationParser {
  mutating func interpolation() throws(InterpolationSyntaxError) -> Interpolation {
    try nest { (parser) throws(InterpolationSyntaxError) in try parser.interpolationBody() }
  }

  private mutating func interpolationBody() throws(InterpolationSyntaxError) -> Interpolation {
    let start = index
    index += 2
    skipBlanks()
    var tokens: [Interpolation.PathToken] = []
    while current == UInt8(ascii: ".") {
      tokens.append(.text("."))
      index += 1
    }
    let isRelative = !tokens.isEmpty
    var isResolverName = !isRelative
    var expectsKey = true
    while true {
      switch peekAfterBlanks() {
      case UInt8(ascii: "}") where !expectsKey:
        skipBlanks()
        index += 1
        return .node(tokens)
      case UInt8(ascii: ":") where !expectsKey && isResolverName:
        skipBlanks()
        index += 1
        skipBlanks()
        let name = tokens.filter { if case .text(".") = $0 { false } else { true } }
        return .resolver(name: name, arguments: try arguments(start: start))
      default: break
      }
      if current == UInt8(ascii: "["), expectsKey || !tokens.isEmpty {
        guard !expectsKey || tokens.allSatisfy({ if case .text(".") = $0 { true } else { false } })
        else { throw unexpected(from: start) }
        index += 1
        isResolverName = false
        tokens.append(.text("["))
        tokens.append(try pathKey(start: start).token)
        guard current == UInt8(ascii: "]") else { throw missing("BRACKET_CLOSE") }
        index += 1
        tokens.append(.text("]"))
        expectsKey = false
      } else if expectsKey {
        let key = try pathKey(start: start)
        tokens.append(key.token)
        isResolverName = isResolverName && key.canNameResolver
        expectsKey = false
      } else if current == UInt8(ascii: ".") {
        index += 1
        tokens.append(.text("."))
        expectsKey = true
      } else {
        throw current.map(ValueLexer.isBlank) ?? false
          ? unknownToken() : unexpected(from: start)
      }
    }
  }

  private mutating func pathKey(
    start: Int
  ) throws(InterpolationSyntaxError) -> (token: Interpolation.PathToken, canNameResolver: Bool) {
    let begin = index
    if isAt("${") {
      let inner = try interpolation()
      return (.nested(inner, source: string(begin..<index)), true)
    }
    let length = ValueLexer.run(bytes, index, Self.isKeyByte)
    guard length > 0 else { throw missingKey(start: start) }
    index += length
    let isIdentifier =
      ValueLexer.isIdentifierStart(bytes[begin])
      && ValueLexer.run(bytes, begin, ValueLexer.isIdentifierPart) == length
    return (.text(string(begin..<index)), isIdentifier)
  }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\\"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "("),
      UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ":"),
      UInt8(ascii: "."), 0x20, 0x09, UInt8(ascii: "'"), UInt8(ascii: "\""):
      false
    default: true
    }
  }
}
