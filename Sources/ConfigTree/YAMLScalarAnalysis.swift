/// Which YAML styles a text may be written in.
struct YAMLScalarAnalysis {
  var isMultiline = false
  var allowsPlain = true
  var allowsSingleQuoted = true

  init(_ text: [Unicode.Scalar]) {
    guard let first = text.first, let last = text.last else { return }
    if first == " " || last == " " || YAMLScalar.isBreak(first) || YAMLScalar.isBreak(last) {
      allowsPlain = false
    }
    let opening = text.prefix(3)
    if opening.elementsEqual("---".unicodeScalars) || opening.elementsEqual("...".unicodeScalars) {
      allowsPlain = false
    }
    for (index, scalar) in text.enumerated() {
      let isFollowedByBlank = index + 1 == text.count || YAMLScalar.isBlank(text[index + 1])
      let isPrecededByBlank = index == 0 || YAMLScalar.isBlank(text[index - 1])
      noteIndicator(scalar, atStart: index == 0, isPrecededByBlank, isFollowedByBlank)
      if YAMLScalar.isBreak(scalar) {
        isMultiline = true
        allowsPlain = false
        if index > 0, text[index - 1] == " " { forbidAllButDoubleQuotes() }
      } else if scalar == " ", index > 0, YAMLScalar.isBreak(text[index - 1]) {
        forbidAllButDoubleQuotes()
      }
      if Self.isSpecial(scalar) { forbidAllButDoubleQuotes() }
    }
  }

  private mutating func forbidAllButDoubleQuotes() {
    allowsPlain = false
    allowsSingleQuoted = false
  }

  private mutating func noteIndicator(
    _ scalar: Unicode.Scalar, atStart: Bool, _ isPrecededByBlank: Bool, _ isFollowedByBlank: Bool
  ) {
    switch scalar {
    case "#": if isPrecededByBlank { allowsPlain = false }
    case ":": if isFollowedByBlank { allowsPlain = false }
    case "?", "-": if atStart, isFollowedByBlank { allowsPlain = false }
    case ",", "[", "]", "{", "}", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`":
      if atStart { allowsPlain = false }
    default: break
    }
  }

  private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\n", "\u{20}"..."\u{7E}", "\u{85}": false
    case "\u{FEFF}": true
    case "\u{A0}"..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"..<"\u{10FFFF}": false
    default: true
    }
  }
}
