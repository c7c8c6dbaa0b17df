import ConfigTree

/// Finds tabs between tokens. YAML 1.1 as PyYAML reads it refuses them, while the parser used here takes
/// some of them for blanks.
struct YAMLTabCheck {
  /// The line and column of the first tab that is not inside a quoted text, a block text or a comment.
  static func firstTab(in text: String) -> (line: Int, column: Int)? {
    guard text.utf8.contains(0x09) else { return nil }
    var check = YAMLTabCheck()
    let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      if let column = check.scan(Array(line)) { return (number + 1, column) }
    }
    return nil
  }

  private var quote: UInt8?
  /// The indentation of the line that opened a block text.
  private var blockIndent: Int?

  private mutating func scan(_ line: [UInt8]) -> Int? {
    let indent = line.prefix { $0 == 0x20 }.count
    let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }
    if let own = blockIndent {
      if isBlank || indent > own { return nil }
      blockIndent = nil
    }
    var index = 0
    var last: UInt8 = 0x20
    var lastVisible: UInt8 = 0
    while index < line.count {
      let byte = line[index]
      if let open = quote {
        if byte == UInt8(ascii: "\\"), open == UInt8(ascii: "\"") {
          index += 1
        } else if byte == open {
          quote = nil
        }
      } else if byte == UInt8(ascii: "#"), last == 0x20 {
        break
      } else if byte == 0x09 {
        return index + 1
      } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\""), canOpen(last, lastVisible)
      {
        quote = byte
      } else if byte == UInt8(ascii: "|") || byte == UInt8(ascii: ">"), last == 0x20,
        isHeader(line[(index + 1)...])
      {
        blockIndent = indent
        return nil
      }
      last = byte
      if byte != 0x20 { lastVisible = byte }
      index += 1
    }
    return nil
  }

  /// Whether a quote opens a text: at the start of a line, or after an indicator.
  private func canOpen(_ last: UInt8, _ lastVisible: UInt8) -> Bool {
    switch lastVisible {
    case 0, UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ","): true
    default: last == 0x20
    }
  }

  /// Whether nothing but the hints of a block text and a comment follows.
  private func isHeader(_ rest: ArraySlice<UInt8>) -> Bool {
    let body = rest.drop {
      $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") || PlainScalarRule.isDigit($0)
    }
    let next = body.drop { $0 == 0x20 || $0 == 0x0D }
    return next.isEmpty || next.first == UInt8(ascii: "#")
  }
}
