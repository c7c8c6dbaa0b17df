/// A table as comma-separated values, quoted where they need it (RFC 4180, with bare line feeds).
struct CSVTable {
  private var lines: [String] = []

  /// Begins with the names of the columns.
  init(header: [String]) { add(header) }

  /// Adds a row.
  mutating func add(_ values: [String]) {
    lines.append(values.map(Self.quoted).joined(separator: ","))
  }

  /// The file's text.
  func text() -> String { lines.map { $0 + "\n" }.joined() }

  private static func quoted(_ value: String) -> String {
    let needsQuotes = value.unicodeScalars.contains { ",\"\n\r".unicodeScalars.contains($0) }
    guard needsQuotes else { return value }
    return "\""
      + value.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
