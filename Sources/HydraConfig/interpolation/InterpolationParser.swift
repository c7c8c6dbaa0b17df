import ConfigTree

/// Parses the grammar of OmegaConf's interpolations.
struct InterpolationParser {
  let bytes: [UInt8]
  var index = 0
  private var depth = 0
  private static let maximumDepth = 32

  private init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// Parses a whole value.
  static func parse(_ text: String) throws(InterpolationSyntaxError) -> InterpolatedText {
    var parser = InterpolationParser(text)
    let result = try parser.topLevelText()
    return result
  }

  /// Parses a text as a single element, as `oc.decode` reads it.
  static func parseElement(
    _ text: String
  ) throws(InterpolationSyntaxError) -> InterpolationElement {
    var parser = InterpolationParser(text)
    let element = try parser.element(stopsAtColon: false)
    guard parser.index == parser.bytes.count else { throw parser.unexpected() }
    return element
  }

  /// Throws if a text with `${` is malformed.
  static func validate(
    _ text: String, key: String?, origin: ConfigOrigin?
  ) throws(ConfigError) {
    do {
      _ = try parse(text)
    } catch {
      throw .malformedInterpolation(problem: error.message, key: key, origin: origin)
    }
  }
}

/// What is wrong with the text of an interpolation.
struct InterpolationSyntaxError: Error {
  var message: String
}

// MARK: - Cursor

extension InterpolationParser {
  var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  func isAt(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard index + count <= bytes.count else { return false }
    for offset in 0..<count where bytes[index + offset] != text.utf8Start[offset] { return false }
    return true
  }

  mutating func skipBlanks() {
    while let byte = current, ValueLexer.isBlank(byte) { index += 1 }
  }

  /// Whether a byte follows, blanks aside.
  func peekAfterBlanks() -> UInt8? {
    var position = index
    while position < bytes.count, ValueLexer.isBlank(bytes[position]) { position += 1 }
    return position < bytes.count ? bytes[position] : nil
  }

  func string(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  func unexpected(from start: Int = 0) -> InterpolationSyntaxError {
    guard index < bytes.count else {
      return InterpolationSyntaxError(
        message: "no viable alternative at input '\(string(start..<bytes.count))'")
    }
    return InterpolationSyntaxError(
      message: "no viable alternative at input '\(string(start..<index + 1))'")
  }

  /// The error of a token that is absent before the next byte.
  func missing(_ token: String) -> InterpolationSyntaxError {
    InterpolationSyntaxError(message: "missing \(token) at \(shownByte)")
  }

  /// The error of bytes that no token starts with; blanks before them belong to the attempt.
  func unknownToken() -> InterpolationSyntaxError {
    var end = index
    while end < bytes.count, ValueLexer.isBlank(bytes[end]) { end += 1 }
    let rest = String(decoding: bytes[min(end, bytes.count)...], as: UTF8.self)
    let token = string(index..<end) + (rest.first.map { String($0) } ?? "")
    return InterpolationSyntaxError(message: "token recognition error at: '\(token)'")
  }

  private var shownByte: String {
    guard let current else { return "'<EOF>'" }
    return "'\(String(decoding: [current], as: UTF8.self))'"
  }

  func missingKey(start: Int) -> InterpolationSyntaxError {
    guard current == UInt8(ascii: "}"), index > 0 else { return unexpected(from: start) }
    switch bytes[index - 1] {
    case UInt8(ascii: "["):
      return InterpolationSyntaxError(
        message: "mismatched input '}' expecting {INTER_OPEN, ID, INTER_KEY}")
    case UInt8(ascii: ".") where index == start + 3:
      return InterpolationSyntaxError(
        message: "extraneous input '}' expecting "
          + "{INTER_OPEN, BRACKET_OPEN, ID, '.', INTER_KEY}")
    default: return unexpected(from: start)
    }
  }

  mutating func nest<Result>(
    _ body: (inout InterpolationParser) throws(InterpolationSyntaxError) -> Result
  ) throws(InterpolationSyntaxError) -> Result {
    guard depth < Self.maximumDepth else {
      throw InterpolationSyntaxError(
        message: "interpolations and lists may be nested at most \(Self.maximumDepth) levels deep")
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }
}

// MARK: - Text

extension InterpolationParser {
  private mutating func topLevelText() throws(InterpolationSyntaxError) -> InterpolatedText {
    var text = TextBuilder()
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\\"):
        takeBackslashes(into: &text)
      case UInt8(ascii: "$"):
        try takeDollars(into: &text)
      default:
        let start = index
        while let next = current, next != UInt8(ascii: "\\"), next != UInt8(ascii: "$") {
          index += 1
        }
        text.append(bytes[start..<index])
      }
    }
    return text.finish()
  }

  /// Backslashes count only before `${`: an odd number makes it literal, pairs become one.
  private mutating func takeBackslashes(into text: inout TextBuilder) {
    let count = ValueLexer.run(bytes, index) { $0 == UInt8(ascii: "\\") }
    index += count
    guard isAt("${") else {
      return text.append(repeatElement(UInt8(ascii: "\\"), count: count))
    }
    text.append(repeatElement(UInt8(ascii: "\\"), count: count / 2))
    if count % 2 == 1 {
      text.append([UInt8(ascii: "$"), UInt8(ascii: "{")])
      index += 2
    }
  }

  private mutating func takeDollars(
    into text: inout TextBuilder
  ) throws(InterpolationSyntaxError) {
    if isAt("${") {
      text.append(try interpolation())
    } else {
      text.append(CollectionOfOne(UInt8(ascii: "$")))
      index += 1
    }
  }

  /// The inside of a quoted text, up to and including the closing quote.
  mutating func quotedText(
    _ quote: UInt8
  ) throws(InterpolationSyntaxError) -> InterpolatedText {
    index += 1
    var text = TextBuilder()
    while let byte = current {
      switch byte {
      case quote:
        index += 1
        return text.finish()
      case UInt8(ascii: "\\"):
        let count = ValueLexer.run(bytes, index) { $0 == UInt8(ascii: "\\") }
        index += count
        let isBeforeInterpolation = isAt("${")
        guard current == quote || isBeforeInterpolation else {
          text.append(repeatElement(UInt8(ascii: "\\"), count: count))
          continue
        }
        text.append(repeatElement(UInt8(ascii: "\\"), count: count / 2))
        if count % 2 == 1 {
          text.append(isBeforeInterpolation ? [UInt8(ascii: "$"), UInt8(ascii: "{")] : [quote])
          index += isBeforeInterpolation ? 2 : 1
        }
      case UInt8(ascii: "$"):
        try takeDollars(into: &text)
      default:
        let begin = index
        while let next = current, next != quote, next != UInt8(ascii: "\\"),
          next != UInt8(ascii: "$")
        {
          index += 1
        }
        text.append(bytes[begin..<index])
      }
    }
    throw InterpolationSyntaxError(
      message: "mismatched input '<EOF>' expecting MATCHING_QUOTE_CLOSE")
  }

  /// Collects literal bytes and interpolations.
  struct TextBuilder {
    private var pieces: [InterpolatedText.Piece] = []
    private var literal: [UInt8] = []

    mutating func append(_ bytes: some Sequence<UInt8>) { literal.append(contentsOf: bytes) }

    mutating func append(_ interpolation: Interpolation) {
      flush()
      pieces.append(.interpolation(interpolation))
    }

    private mutating func flush() {
      guard !literal.isEmpty else { return }
      pieces.append(.literal(String(decoding: literal, as: UTF8.self)))
      literal = []
    }

    mutating func finish() -> InterpolatedText {
      flush()
      return InterpolatedText(pieces: pieces)
    }
  }
}
