/// Finds what a mistyped name may have meant.
enum Suggestion {
  /// The nearest of `candidates` (the first of equally near ones), if it is near enough.
  static func nearest(to name: String, among candidates: [String]) -> String? {
    let limit = max(1, min(4, name.utf8.count / 3))
    var best: (name: String, distance: Int)?
    for candidate in candidates where candidate != name {
      guard abs(candidate.utf8.count - name.utf8.count) <= limit, candidate.utf8.count <= 512
      else { continue }
      let distance = distance(Array(name.utf8), Array(candidate.utf8))
      if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// The number of insertions, deletions, replacements and swaps of neighbours that make `a`
  /// into `b`.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var rows = Array(repeating: Array(0...b.count), count: a.count + 1)
    for i in a.indices {
      rows[i + 1][0] = i + 1
      for j in b.indices {
        let replaced = rows[i][j] + (a[i] == b[j] ? 0 : 1)
        var best = min(replaced, rows[i][j + 1] + 1, rows[i + 1][j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          best = min(best, rows[i - 1][j - 1] + 1)
        }
        rows[i + 1][j + 1] = best
      }
    }
    return rows[a.count][b.count]
  }
}
