/// The `# @package name` comment at the top of a configuration file.
enum PackageHeader {
  /// The package that the first comments of a file name; `nil` if they name none.
  static func package(of text: String, path: String) throws(ConfigError) -> String? {
    var package: String?
    let head = String(text.unicodeScalars.prefix(512))
    for rawLine in head.split(omittingEmptySubsequences: true, whereSeparator: \.isNewline) {
      let line = trim(rawLine)
      if line.isEmpty { continue }
      guard line.first == "#", trim(line.dropFirst()).first == "@" else { break }
      let words = trim(line.drop { $0 == "#" }).split(separator: " ")
      guard words.count >= 2 else {
        throw .header(
          problem: "Expected header format: KEY VALUE, got '\(words.joined(separator: " "))'",
          path: path)
      }
      guard words.count == 2 else {
        throw .header(
          problem: "Too many components in '\(words.joined(separator: " "))'", path: path)
      }
      if words[0] == "@package" { package = String(trim(words[1])) }
    }
    return package
  }

  private static func trim(_ text: Substring) -> Substring {
    var result = text.drop(while: \.isWhitespace)
    while let last = result.last, last.isWhitespace { result.removeLast() }
    return result
  }
}
