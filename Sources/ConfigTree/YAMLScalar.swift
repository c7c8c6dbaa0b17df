/// A scalar on its way to YAML: its text, and what its text and type allow.
struct YAMLScalar {
  enum Style { case plain, singleQuoted, doubleQuoted }

  let text: [Unicode.Scalar]
  private let isText: Bool
  private let tagLength: Int

  init(_ value: ConfigValue) {
    switch value {
    case .null: self.init(other: "null", tagLength: 6)
    case .missing: self.init(text: "???")
    case .bool(let flag): self.init(other: flag ? "true" : "false", tagLength: 6)
    case .int(let number): self.init(other: String(number), tagLength: 5)
    case .bigInteger(let digits): self.init(other: digits, tagLength: 5)
    case .float(let number): self.init(other: Self.float(number), tagLength: 7)
    case .string(let text), .interpolation(let text): self.init(text: text)
    case .list: self.init(other: "[]", tagLength: 5)
    case .dictionary: self.init(other: "{}", tagLength: 5)
    }
  }

  init(_ key: ConfigKey) {
    switch key {
    case .string(let text): self.init(text: text)
    case .int(let number): self.init(ConfigValue.int(number))
    case .float(let number): self.init(ConfigValue.float(number))
    case .bool(let flag): self.init(ConfigValue.bool(flag))
    }
  }

  private init(text: String) {
    self.text = Array(text.unicodeScalars)
    isText = true
    tagLength = 5
  }

  private init(other text: String, tagLength: Int) {
    self.text = Array(text.unicodeScalars)
    isText = false
    self.tagLength = tagLength
  }

  /// `1.0e-05`, `.inf`, `-.inf`, `.nan`, else the shortest decimal.
  private static func float(_ number: Double) -> String {
    if number.isNaN { return ".nan" }
    if number.isInfinite { return number < 0 ? "-.inf" : ".inf" }
    let text = PythonText.float(number)
    guard !text.contains("."), let exponent = text.firstIndex(of: "e") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
  }
}

// MARK: - Styles

extension YAMLScalar {
  /// Whether the scalar can stand before a colon on one line.
  var fitsSimpleKey: Bool {
    text.count + tagLength < 128 && !text.isEmpty && !text.contains(where: Self.isBreak)
  }

  func style(isKey: Bool) -> Style {
    guard isText else { return .plain }
    let analysis = YAMLScalarAnalysis(text)
    let string = String(String.UnicodeScalarView(text))
    if !readsBackAsOtherType(string), PlainScalarRule.whenWriting(string) == .string,
      !(isKey && analysis.isMultiline), analysis.allowsPlain
    {
      return .plain
    }
    if analysis.allowsSingleQuoted, !(isKey && analysis.isMultiline) { return .singleQuoted }
    return .doubleQuoted
  }

  /// Whether Python's `int` or `float` would take the text, or YAML 1.1 writers see a truth value.
  private func readsBackAsOtherType(_ string: String) -> Bool {
    switch string {
    case "y", "Y", "n", "N": true
    default: PythonNumber.isNumber(string)
    }
  }

  static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
  }

  static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\0" || isBreak(scalar)
  }

  static func mustEscape(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\"", "\\", "\u{85}", "\u{2028}", "\u{2029}", "\u{FEFF}": true
    case "\u{20}"..."\u{7E}", "\u{A0}"..."\u{D7FF}", "\u{E000}"..."\u{FFFD}": false
    default: true
    }
  }

  static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\0": return "\\0"
    case "\u{07}": return "\\a"
    case "\u{08}": return "\\b"
    case "\t": return "\\t"
    case "\n": return "\\n"
    case "\u{0B}": return "\\v"
    case "\u{0C}": return "\\f"
    case "\r": return "\\r"
    case "\u{1B}": return "\\e"
    case "\"": return "\\\""
    case "\\": return "\\\\"
    case "\u{85}": return "\\N"
    case "\u{A0}": return "\\_"
    case "\u{2028}": return "\\L"
    case "\u{2029}": return "\\P"
    default: break
    }
    let code = scalar.value
    if code <= 0xFF { return "\\x" + PythonText.hex(code, width: 2, uppercase: true) }
    if code <= 0xFFFF { return "\\u" + PythonText.hex(code, width: 4, uppercase: true) }
    return "\\U" + PythonText.hex(code, width: 8, uppercase: true)
  }
}
