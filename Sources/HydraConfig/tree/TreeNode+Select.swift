import ConfigTree

extension TreeNode {
  /// Splits `a.b[c].d` into its segments; leading dots give empty segments.
  static func splitKey(_ key: String) -> [String] {
    var segments: [String] = []
    var current = ""
    var isInBrackets = false
    var justClosed = false
    for character in key {
      switch character {
      case "." where !isInBrackets:
        if !justClosed { segments.append(current) }
        current = ""
        justClosed = false
      case "[" where !isInBrackets:
        if !justClosed, !current.isEmpty { segments.append(current) }
        current = ""
        isInBrackets = true
        justClosed = false
      case "]" where isInBrackets:
        segments.append(current)
        current = ""
        isInBrackets = false
        justClosed = true
      default:
        current.append(character)
        justClosed = false
      }
    }
    if !justClosed { segments.append(current) }
    return segments
  }

  enum ChildLookup {
    case found(TreeNode)
    case absent
    case notAnIndex
  }

  /// The child that a segment of a key names.
  func child(_ segment: String) -> ChildLookup {
    switch content {
    case .scalar: return .absent
    case .dictionary(let entries):
      return entries[.string(segment)].map { .found($0) } ?? .absent
    case .list(let items):
      guard let index = Self.listIndex(segment) else { return .notAnIndex }
      guard items.indices.contains(index) else { return .absent }
      return .found(items[index])
    }
  }

  /// An integer as Python's `int` reads it.
  static func listIndex(_ segment: String) -> Int? {
    PythonNumber.integerDigits(segment).flatMap { Int($0) }
  }
}
