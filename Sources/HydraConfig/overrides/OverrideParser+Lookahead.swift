import ConfigTree

/// Looking ahead at a value, as the generated parser does before it decides between a single element
/// and a list of choices.
extension OverrideParser {
  enum Lookahead {
    /// A complete element ends before this token.
    case complete(Int)
    /// Nothing that starts like this is an element; the token at this place makes it so.
    case stuck(Int, Expected)
  }

  /// What would have been right instead of a token.
  enum Expected {
    case element
    case colon
    /// A comma, or the end of a list, dictionary or call.
    case next(OverrideToken.Kind, name: String)
  }

  /// The last position is the token that cannot belong to the element.
  func lookAhead(
    at start: Int, depth: Int = 0
  ) throws(OverrideSyntaxError) -> Lookahead {
    guard depth < Self.maximumDepth else {
      throw .evaluation("values may be nested at most \(Self.maximumDepth) levels deep")
    }
    switch try kind(at: start) {
    case .bracketOpen: return try lookAheadList(at: start, depth: depth)
    case .braceOpen: return try lookAheadDictionary(at: start, depth: depth)
    case .quoted: return .complete(start + 1)
    case .identifier where try kind(at: start + 1) == .parenthesisOpen:
      return try lookAheadFunction(at: start, depth: depth)
    default: return try lookAheadPrimitive(at: start, isKey: false)
    }
  }

  static var maximumDepth: Int { 32 }

  private func lookAheadPrimitive(
    at start: Int, isKey: Bool
  ) throws(OverrideSyntaxError) -> Lookahead {
    var position = start
    while isPrimitive(try kind(at: position), isKey: isKey) { position += 1 }
    return position == start ? .stuck(start, .element) : .complete(position)
  }

  func isPrimitive(_ kind: OverrideToken.Kind, isKey: Bool) -> Bool {
    switch kind {
    case .identifier, .null, .int, .float, .bool, .unquotedCharacter, .escape, .blank: true
    case .colon, .interpolation: !isKey
    default: false
    }
  }

  private func lookAheadList(at start: Int, depth: Int) throws(OverrideSyntaxError) -> Lookahead {
    var position = start + 1
    if try kind(at: position) == .bracketClose { return .complete(position + 1) }
    while true {
      switch try lookAhead(at: position, depth: depth + 1) {
      case .stuck(let place, let expected): return .stuck(place, expected)
      case .complete(let end): position = end
      }
      switch try kind(at: position) {
      case .bracketClose: return .complete(position + 1)
      case .comma: position += 1
      default: return .stuck(position, .next(.bracketClose, name: "BRACKET_CLOSE"))
      }
    }
  }

  private func lookAheadDictionary(
    at start: Int, depth: Int
  ) throws(OverrideSyntaxError) -> Lookahead {
    var position = start + 1
    if try kind(at: position) == .braceClose { return .complete(position + 1) }
    while true {
      switch try lookAheadPrimitive(at: position, isKey: true) {
      case .stuck(let place, let expected): return .stuck(place, expected)
      case .complete(let end): position = end
      }
      guard try kind(at: position) == .colon else { return .stuck(position, .colon) }
      switch try lookAhead(at: position + 1, depth: depth + 1) {
      case .stuck(let place, let expected): return .stuck(place, expected)
      case .complete(let end): position = end
      }
      switch try kind(at: position) {
      case .braceClose: return .complete(position + 1)
      case .comma: position += 1
      default: return .stuck(position, .next(.braceClose, name: "BRACE_CLOSE"))
      }
    }
  }

  private func lookAheadFunction(
    at start: Int, depth: Int
  ) throws(OverrideSyntaxError) -> Lookahead {
    var position = start + 2
    if try kind(at: position) == .parenthesisClose { return .complete(position + 1) }
    while true {
      if try kind(at: position) == .identifier, try kind(at: position + 1) == .equal {
        position += 2
      }
      switch try lookAhead(at: position, depth: depth + 1) {
      case .stuck(let place, let expected): return .stuck(place, expected)
      case .complete(let end): position = end
      }
      switch try kind(at: position) {
      case .parenthesisClose: return .complete(position + 1)
      case .comma: position += 1
      default: return .stuck(position, .next(.parenthesisClose, name: "PCLOSE"))
      }
    }
  }
}
