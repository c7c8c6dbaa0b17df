import ConfigTree

/// Cheap checks on a YAML text before the parser sees it: its size, its nesting, and the uses of
/// aliases that would make the parser itself slow.
struct YAMLPrecheck {
  let path: String
  let limits: ConfigLimits

  private var line = 1
  private var openBrackets = 0
  private var dashes = 0
  private var aliases = 0
  private var hasComplexKey = false
  private var isInAlias = false
  private var isIndentation = true
  private var column = 0
  /// The columns where the lines began that enclose the current one.
  private var indents: [Int] = []
  /// The last byte, and the last one that is no blank.
  private var neighbour: UInt8 = 0x0A
  private var previous: UInt8 = 0x0A

  init(path: String, limits: ConfigLimits) {
    self.path = path
    self.limits = limits
  }

  static func check(_ text: String, path: String, limits: ConfigLimits) throws(ConfigError) {
    guard text.utf8.count <= limits.fileBytes else {
      throw .yamlLimit(
        what: "bytes", limit: limits.fileBytes, position: ConfigOrigin(source: path))
    }
    var precheck = YAMLPrecheck(path: path, limits: limits)
    for byte in text.utf8 {
      precheck.note(byte)
      // Brackets inside texts count too, hence the generous bound; the reader counts exactly.
      guard max(precheck.openBrackets, precheck.dashes, precheck.indents.count) <= 8 * limits.depth
      else {
        throw .yamlLimit(
          what: "nesting levels", limit: limits.depth,
          position: ConfigOrigin(source: path, line: precheck.line))
      }
    }
    if let tab = YAMLTabCheck.firstTab(in: text) {
      throw .yaml(
        problem: "found character '\\t' that cannot start any token",
        position: ConfigOrigin(source: path, line: tab.line, column: tab.column))
    }
    // Looking for duplicate keys walks the whole expansion of a key.
    if precheck.hasComplexKey, precheck.aliases > 16 {
      throw .yaml(
        problem: "an alias may not be part of a mapping key", position: ConfigOrigin(source: path))
    }
  }

  private mutating func note(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "["), UInt8(ascii: "{"): openBrackets += 1
    case UInt8(ascii: "]"), UInt8(ascii: "}"): openBrackets = max(0, openBrackets - 1)
    case UInt8(ascii: "*") where beginsValue:
      aliases += 1
      isInAlias = true
    case UInt8(ascii: ":"):
      if isInAlias || previous == UInt8(ascii: "]") || previous == UInt8(ascii: "}") {
        hasComplexKey = true
      }
    case UInt8(ascii: "?"): if isIndentation { hasComplexKey = true }
    case UInt8(ascii: ","): isInAlias = false
    case 0x0A:
      line += 1
      dashes = 0
      isIndentation = true
      isInAlias = false
    default: break
    }
    if isIndentation {
      let opensBlock = byte == UInt8(ascii: "-") || byte == UInt8(ascii: "?")
      if opensBlock { dashes += 1 }
      isIndentation = opensBlock || byte == 0x20 || byte == 0x0A
      if !isIndentation {
        while let last = indents.last, last >= column { indents.removeLast() }
        indents.append(column)
      }
    }
    column = byte == 0x0A ? 0 : column + 1
    neighbour = byte
    if byte != 0x20, byte != 0x09 { previous = byte }
  }

  /// Whether a value may begin here. Elsewhere an asterisk is part of a text.
  private var beginsValue: Bool {
    switch previous {
    case 0x0A, UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ","): true
    case UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "?"):
      neighbour != previous || openBrackets > 0
    default: false
    }
  }
}
