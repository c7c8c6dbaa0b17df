import ConfigTree

extension OverrideParser {
  private static let elementStart =
    "':', BRACKET_OPEN, BRACE_OPEN, FLOAT, INT, BOOL, NULL, UNQUOTED_CHAR, ID, ESC, WS, "
    + "QUOTED_VALUE, INTERPOLATION}"
  private static let elementStartKinds: [OverrideToken.Kind] = [
    .colon, .bracketOpen, .braceOpen, .float, .int, .bool, .null, .unquotedCharacter, .identifier,
    .escape, .blank, .quoted, .interpolation,
  ]

  /// What follows `=`; nothing at all is an empty text.
  mutating func takeValue() throws(OverrideSyntaxError) -> OverrideValue {
    guard try peek() != .endOfInput else { return .scalar(.string("")) }
    let start = index
    switch try lookAhead(at: start) {
    case .stuck(let place, _):
      guard place == start else { throw noViableAlternative(from: start, to: place) }
      throw try mismatch(
        expecting: "{<EOF>, " + Self.elementStart, ifNext: [.endOfInput] + Self.elementStartKinds)
    case .complete(let end):
      // Functions run only when all of the text is known to be right.
      try checkChoices(from: end)
      let first = try element()
      return try peek() == .endOfInput ? first : try choices(after: first)
    }
  }

  /// The error of a token inside a value that is parsed without looking ahead at all of it.
  private func mismatch(_ expected: Expected) throws(OverrideSyntaxError) -> OverrideSyntaxError {
    switch expected {
    case .element: try mismatch(expecting: "{" + Self.elementStart, ifNext: Self.elementStartKinds)
    case .next(let close, let name):
      try mismatch(expecting: "{COMMA, \(name)}", ifNext: [.comma, close])
    case .colon: try mismatch(expecting: "':'", ifNext: [.colon])
    }
  }

  /// Throws unless commas and elements follow up to the end.
  private mutating func checkChoices(from end: Int) throws(OverrideSyntaxError) {
    let start = index
    index = end
    while try peek() == .comma {
      switch try lookAhead(at: index + 1) {
      case .stuck(let place, let expected):
        index = place
        throw try mismatch(expected)
      case .complete(let next): index = next
      }
    }
    guard try peek() == .endOfInput else {
      throw try mismatch(expecting: "<EOF>", ifNext: [.endOfInput])
    }
    index = start
  }

  private mutating func choices(
    after first: OverrideValue
  ) throws(OverrideSyntaxError) -> OverrideValue {
    var values = [first]
    while try peek() == .comma {
      index += 1
      values.append(try element())
    }
    return .choice(ChoiceSweep(values: values, isSimple: true))
  }

  /// Parses an element that is known to be complete.
  private mutating func element() throws(OverrideSyntaxError) -> OverrideValue {
    switch try peek() {
    case .bracketOpen: return try list()
    case .braceOpen: return try dictionary()
    case .quoted:
      defer { index += 1 }
      return quoted(source(index..<index + 1))
    case .identifier where try peek(1) == .parenthesisOpen: return try function()
    default: return .scalar(try primitive(isKey: false))
    }
  }

  private mutating func list() throws(OverrideSyntaxError) -> OverrideValue {
    index += 1
    var items: [OverrideValue] = []
    while try peek() != .bracketClose {
      if try peek() == .comma { index += 1 }
      items.append(try element())
    }
    index += 1
    return .list(items)
  }

  private mutating func dictionary() throws(OverrideSyntaxError) -> OverrideValue {
    index += 1
    var entries: [OverrideEntry] = []
    while try peek() != .braceClose {
      if try peek() == .comma { index += 1 }
      let key = try primitive(isKey: true)
      index += 1
      let value = try element()
      if let known = entries.firstIndex(where: { Self.isSameKey($0.key, key) }) {
        entries[known].value = value
      } else {
        entries.append(OverrideEntry(key: key, value: value))
      }
    }
    index += 1
    return .dictionary(entries)
  }

  /// Whether a dictionary of Python takes two keys for one: `1`, `1.0` and `true` are.
  private static func isSameKey(_ left: ConfigValue, _ right: ConfigValue) -> Bool {
    ConfigNode(left).isEqualInPython(to: ConfigNode(right))
  }

  private mutating func function() throws(OverrideSyntaxError) -> OverrideValue {
    let start = index
    let name = source(index..<index + 1)
    index += 2
    var call = FunctionCall(name: name)
    while try peek() != .parenthesisClose {
      if try peek() == .comma { index += 1 }
      if try peek() == .identifier, try peek(1) == .equal {
        let parameter = source(index..<index + 1)
        index += 2
        call.named.append((parameter, try element()))
      } else {
        guard call.named.isEmpty else {
          throw .evaluation("positional argument follows keyword argument")
        }
        call.positional.append(try element())
      }
    }
    index += 1
    do {
      return try call.evaluate()
    } catch {
      throw .evaluation(
        "\(error.exception) while evaluating '\(source(start..<index))': \(error.message)")
    }
  }

  /// The tokens of an unquoted value, without blanks at either end.
  private mutating func primitive(isKey: Bool) throws(OverrideSyntaxError) -> ConfigValue {
    let start = index
    while isPrimitive(try peek(), isKey: isKey) { index += 1 }
    var range = start..<index
    if try kind(at: range.lowerBound) == .blank {
      guard range.count > 1 else {
        throw .evaluation("Trying to parse a primitive that is all whitespaces")
      }
      range = range.dropFirst()
    }
    if try kind(at: range.upperBound - 1) == .blank { range = range.dropLast() }
    guard range.count != 1 else {
      return single(try kind(at: range.lowerBound), source(range))
    }
    var text = ""
    for position in range {
      let token = source(position..<position + 1)
      text += try kind(at: position) == .escape ? PrimitiveValue.unescape(token) : token
    }
    return .string(text)
  }

  private func single(_ kind: OverrideToken.Kind, _ text: String) -> ConfigValue {
    switch kind {
    case .int: PrimitiveValue.value(.int, text: text)
    case .float: PrimitiveValue.value(.float, text: text)
    case .null: .null
    case .bool: PrimitiveValue.value(.bool, text: text)
    case .escape: .string(PrimitiveValue.unescape(text))
    default: .string(text)
    }
  }

  /// Removes the quotes, and the escapes before quotes; other backslashes stay.
  private func quoted(_ text: String) -> OverrideValue {
    let quote: Character = text.hasPrefix("'") ? "'" : "\""
    let bytes = Array(text.utf8)
    let backslash = UInt8(ascii: "\\")
    var result: [UInt8] = []
    var position = 1
    while position < bytes.count {
      let start = position
      while position < bytes.count, bytes[position] == backslash { position += 1 }
      let backslashes = position - start
      guard position < bytes.count else { break }
      let isQuote = bytes[position] == bytes[0]
      result += repeatElement(backslash, count: isQuote ? backslashes / 2 : backslashes)
      if position < bytes.count - 1 { result.append(bytes[position]) }
      position += 1
    }
    return .quoted(String(decoding: result, as: UTF8.self), quote: quote)
  }
}
