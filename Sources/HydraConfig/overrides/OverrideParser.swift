import ConfigTree

/// Parses the grammar of overrides. Syntax errors are worded as the parser that ANTLR generates for
/// Hydra words them, which takes some care about *when* it notices them: it looks at a whole value before
/// it parses it.
struct OverrideParser {
  let text: String
  let tokens: [OverrideToken]
  var index = 0
  private let bytes: [UInt8]

  init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8)
    tokens = OverrideLexer.tokens(of: text)
  }

  mutating func parse() throws(OverrideSyntaxError) -> Override {
    let kind = try takeKind()
    let key = try takeKey()
    for path in [key.name, key.package ?? ""]
    where path.utf8.count(where: { $0 == UInt8(ascii: ".") }) >= Self.maximumDepth {
      throw .evaluation("a key may have at most \(Self.maximumDepth) parts")
    }
    var value: OverrideValue?
    switch try peek() {
    case .endOfInput where kind == .delete: break
    default:
      try takeEqual(kind)
      value = try takeValue()
    }
    return Override(kind: kind, key: key.name, package: key.package, value: value, input: text)
  }
}

// MARK: - Tokens

extension OverrideParser {
  /// The kind of a token ahead; looking at a place where no token starts is an error.
  func peek(_ offset: Int = 0) throws(OverrideSyntaxError) -> OverrideToken.Kind {
    let position = min(index + offset, tokens.count - 1)
    let token = tokens[position]
    guard token.kind != .invalid else { throw .character(column: column(of: token)) }
    return token.kind
  }

  private func column(of token: OverrideToken) -> Int {
    String(decoding: bytes[..<token.range.lowerBound], as: UTF8.self).unicodeScalars.count
  }

  func kind(at position: Int) throws(OverrideSyntaxError) -> OverrideToken.Kind {
    try peek(position - index)
  }

  func source(_ range: Range<Int>) -> String {
    let start = tokens[min(range.lowerBound, tokens.count - 1)].range.lowerBound
    let end =
      range.isEmpty ? start : tokens[min(range.upperBound, tokens.count) - 1].range.upperBound
    return String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
  }

  /// The text of a token as messages quote it.
  func shown(_ position: Int) -> String {
    let token = tokens[min(position, tokens.count - 1)]
    guard token.kind != .endOfInput else { return "'<EOF>'" }
    return "'" + Self.escaped(source(position..<position + 1)) + "'"
  }

  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default: result.append(character)
      }
    }
    return result
  }

  /// The error of a decision that no token sequence can satisfy. A place further on where no token starts
  /// comes first: to quote its input, Hydra's parser reads all of it.
  func noViableAlternative(from start: Int, to end: Int) -> OverrideSyntaxError {
    if let invalid = tokens.first(where: { $0.kind == .invalid }) {
      return .character(column: column(of: invalid))
    }
    guard tokens[min(start, tokens.count - 1)].kind != .endOfInput else {
      return .grammar("no viable alternative at input '<EOF>'")
    }
    let range = start..<min(end + 1, tokens.count)
    return .grammar("no viable alternative at input '\(Self.escaped(source(range)))'")
  }

  /// The error of a token that should have been another one.
  func mismatch(
    expecting: String, ifNext next: [OverrideToken.Kind]
  ) throws(OverrideSyntaxError) -> OverrideSyntaxError {
    if try peek() != .endOfInput, next.contains(try peek(1)) {
      return .recovered("extraneous input \(shown(index)) expecting \(expecting)")
    }
    return .grammar("mismatched input \(shown(index)) expecting \(expecting)")
  }
}

// MARK: - Keys

extension OverrideParser {
  private mutating func takeKind() throws(OverrideSyntaxError) -> Override.Kind {
    switch try peek() {
    case .tilde:
      index += 1
      return .delete
    case .plus:
      index += 1
      if try peek() == .plus {
        index += 1
        return .forceAdd
      }
      guard Self.keyStart.contains(try peek()) else {
        throw try mismatch(
          expecting: "{EQUAL, '+', '@', KEY_SPECIAL, DOT_PATH, ID}",
          ifNext: [.plus] + Self.keyStart)
      }
      return .add
    case .equal, .at, .identifier, .specialKey, .dottedPath: return .change
    default:
      throw try mismatch(
        expecting: "{EQUAL, '~', '+', '@', KEY_SPECIAL, DOT_PATH, ID}",
        ifNext: [.tilde, .plus] + Self.keyStart)
    }
  }

  /// The tokens that a key, which may be empty, and its `=` may start with.
  private static let keyStart: [OverrideToken.Kind] = [
    .equal, .at, .identifier, .specialKey, .dottedPath,
  ]

  private mutating func takeKey() throws(OverrideSyntaxError) -> (name: String, package: String?) {
    var name = ""
    switch try peek() {
    case .identifier:
      let start = index
      index += 1
      while try peek() == .slash {
        index += 1
        guard try peek() == .identifier else {
          if try [.equal, .at, .slash].contains(peek()), try peek(1) != .identifier {
            throw .recovered("missing ID at \(shown(index))")
          }
          throw try mismatch(expecting: "ID", ifNext: [.identifier])
        }
        index += 1
      }
      name = source(start..<index)
    case .specialKey, .dottedPath:
      name = source(index..<index + 1)
      index += 1
    case .equal, .at, .endOfInput: break
    default: throw noViableAlternative(from: index, to: index)
    }
    guard try peek() == .at else { return (name, nil) }
    index += 1
    switch try peek() {
    case .identifier, .specialKey, .dottedPath:
      index += 1
      return (name, source(index - 1..<index))
    case .equal, .at, .endOfInput: return (name, "")
    default: throw noViableAlternative(from: index, to: index)
    }
  }

  private mutating func takeEqual(_ kind: Override.Kind) throws(OverrideSyntaxError) {
    guard try peek() != .equal else {
      index += 1
      return
    }
    if kind == .delete {
      throw try mismatch(expecting: "{<EOF>, EQUAL}", ifNext: [.endOfInput, .equal])
    }
    if try peek() != .endOfInput, try peek(1) == .equal {
      throw .recovered("extraneous input \(shown(index)) expecting EQUAL")
    }
    if try canStartValue() {
      throw .recovered("missing EQUAL at \(shown(index))")
    }
    throw .grammar("mismatched input \(shown(index)) expecting EQUAL")
  }

  /// Whether the next token can follow `=`.
  private func canStartValue() throws(OverrideSyntaxError) -> Bool {
    switch try peek() {
    case .endOfInput, .colon, .identifier, .bracketOpen, .braceOpen, .quoted, .interpolation,
      .float,
      .int, .bool, .null, .unquotedCharacter, .escape, .blank:
      true
    default: false
    }
  }
}
