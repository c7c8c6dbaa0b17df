/// Writes a tree as block style YAML, in the exact layout of PyYAML's dumper with a line width of 80,
/// so that printed configurations can be compared with Hydra's byte by byte.
struct YAMLWriter {
  private(set) var output = String.UnicodeScalarView()
  private var column = 0
  private var afterWhitespace = true
  private var onlyIndentation = true
  private let width = 80

  mutating func writeDocument(_ node: ConfigNode) {
    write(node, indent: nil, inMapping: false)
    lineBreakIfNeeded(indent: 0)
  }
}

// MARK: - Nodes

extension YAMLWriter {
  private mutating func write(_ node: ConfigNode, indent: Int?, inMapping: Bool) {
    switch node.value {
    case .dictionary(let entries):
      guard !entries.isEmpty else { return indicator("{}", needsSpace: true) }
      let inner = indent.map { $0 + 2 } ?? 0
      for (key, value) in entries {
        moveTo(inner)
        writeKey(key, indent: inner)
        write(value, indent: inner, inMapping: true)
      }
    case .list(let items):
      guard !items.isEmpty else { return indicator("[]", needsSpace: true) }
      let isIndentless = inMapping && !onlyIndentation
      let inner = isIndentless ? indent ?? 0 : indent.map { $0 + 2 } ?? 0
      for item in items {
        moveTo(inner)
        indicator("-", needsSpace: true, keepsIndentation: true)
        write(item, indent: inner, inMapping: false)
      }
    default:
      writeScalar(YAMLScalar(node.value), indent: indent.map { $0 + 2 } ?? 2, isKey: false)
    }
  }

  private mutating func writeKey(_ key: ConfigKey, indent: Int) {
    let scalar = YAMLScalar(key)
    if scalar.fitsSimpleKey {
      writeScalar(scalar, indent: indent + 2, isKey: true)
      indicator(":", needsSpace: false)
    } else {
      indicator("?", needsSpace: true, keepsIndentation: true)
      writeScalar(scalar, indent: indent + 2, isKey: false)
      moveTo(indent)
      indicator(":", needsSpace: true, keepsIndentation: true)
    }
  }

  private mutating func writeScalar(_ scalar: YAMLScalar, indent: Int, isKey: Bool) {
    switch scalar.style(isKey: isKey) {
    case .plain: writePlain(scalar.text, indent: indent, mayFold: !isKey)
    case .singleQuoted: writeSingleQuoted(scalar.text, indent: indent, mayFold: !isKey)
    case .doubleQuoted: writeDoubleQuoted(scalar.text, indent: indent, mayFold: !isKey)
    }
  }
}

// MARK: - Scalars

extension YAMLWriter {
  private typealias Scalar = Unicode.Scalar

  private mutating func writePlain(_ text: [Unicode.Scalar], indent: Int, mayFold: Bool) {
    guard !text.isEmpty else { return }
    if !afterWhitespace { put(" ") }
    afterWhitespace = false
    onlyIndentation = false
    var index = 0
    while index < text.count {
      let start = index
      if text[index] == " " {
        while index < text.count, text[index] == " " { index += 1 }
        if index == start + 1, column > width, mayFold {
          moveTo(indent)
          afterWhitespace = false
          onlyIndentation = false
        } else {
          put(text[start..<index])
        }
      } else {
        while index < text.count, text[index] != " " { index += 1 }
        put(text[start..<index])
      }
    }
  }

  private mutating func writeSingleQuoted(_ text: [Unicode.Scalar], indent: Int, mayFold: Bool) {
    indicator("'", needsSpace: true)
    var index = 0
    while index < text.count {
      let start = index
      if text[index] == " " {
        while index < text.count, text[index] == " " { index += 1 }
        let isInner = start != 0 && index != text.count
        if index == start + 1, column > width, mayFold, isInner {
          moveTo(indent)
        } else {
          put(text[start..<index])
        }
      } else if YAMLScalar.isBreak(text[index]) {
        while index < text.count, YAMLScalar.isBreak(text[index]) { index += 1 }
        if text[start] == "\n" { lineBreak() }
        for scalar in text[start..<index] { lineBreak(scalar) }
        moveTo(indent)
      } else if text[index] == "'" {
        index += 1
        put("''".unicodeScalars)
      } else {
        while index < text.count, text[index] != " ", text[index] != "'",
          !YAMLScalar.isBreak(text[index])
        {
          index += 1
        }
        put(text[start..<index])
      }
    }
    indicator("'", needsSpace: false)
  }

  private mutating func writeDoubleQuoted(_ text: [Unicode.Scalar], indent: Int, mayFold: Bool) {
    indicator("\"", needsSpace: true)
    var start = 0
    for end in 0...text.count {
      let scalar = end < text.count ? text[end] : nil
      if scalar.map(YAMLScalar.mustEscape) ?? true {
        put(text[start..<end])
        start = end
        if let scalar {
          put(YAMLScalar.escape(scalar).unicodeScalars)
          start = end + 1
        }
      }
      guard end > 0, end < text.count - 1, scalar == " " || start >= end,
        column + (end - start) > width, mayFold
      else { continue }
      put(text[min(start, end)..<end])
      put("\\")
      start = max(start, end)
      moveTo(indent)
      afterWhitespace = false
      onlyIndentation = false
      if text[start] == " " { put("\\") }
    }
    indicator("\"", needsSpace: false)
  }
}

// MARK: - Output

extension YAMLWriter {
  private mutating func put(_ scalar: Unicode.Scalar) {
    output.append(scalar)
    column += 1
  }

  private mutating func put(_ scalars: some Collection<Unicode.Scalar>) {
    output.append(contentsOf: scalars)
    column += scalars.count
  }

  private mutating func indicator(
    _ text: String, needsSpace: Bool, keepsIndentation: Bool = false
  ) {
    if needsSpace, !afterWhitespace { put(" ") }
    afterWhitespace = false
    onlyIndentation = onlyIndentation && keepsIndentation
    put(text.unicodeScalars)
  }

  private mutating func lineBreak(_ scalar: Unicode.Scalar = "\n") {
    afterWhitespace = true
    onlyIndentation = true
    column = 0
    output.append(scalar)
  }

  private mutating func lineBreakIfNeeded(indent: Int) {
    if !onlyIndentation || column > indent || (column == indent && !afterWhitespace) {
      lineBreak()
    }
  }

  private mutating func moveTo(_ indent: Int) {
    lineBreakIfNeeded(indent: indent)
    guard column < indent else { return }
    afterWhitespace = true
    put(String(repeating: " ", count: indent - column).unicodeScalars)
  }
}
