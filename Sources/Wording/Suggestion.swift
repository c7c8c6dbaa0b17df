/// The candidate that `text` most likely was meant to be; the first of equally near ones.
package func nearest(to text: String, among candidates: [String]) -> String? {
  nearest(to: text, among: candidates, limit: 1).first
}

/// Up to `limit` candidates near to `text`, the nearest first. Upper and lower case are the same.
package func nearest(to text: String, among candidates: [String], limit: Int) -> [String] {
  let reach = max(1, min(4, text.utf8.count / 3))
  let letters = Array(text.lowercased().utf8)
  let ranked = candidates.enumerated().compactMap { order, name in
    distance(letters, to: name, reach: reach).map { (distance: $0, order: order, name: name) }
  }
  return ranked.sorted { ($0.distance, $0.order) < ($1.distance, $1.order) }
    .prefix(limit).map(\.name)
}

/// The distance to `name`, unless it is beyond reach or the names are the same.
private func distance(_ letters: [UInt8], to name: String, reach: Int) -> Int? {
  guard abs(name.utf8.count - letters.count) <= reach, name.utf8.count <= 512 else { return nil }
  let distance = editDistance(letters, Array(name.lowercased().utf8))
  return distance <= reach ? distance : nil
}

/// The number of insertions, deletions, replacements and swaps of neighbours that make `a` into
/// `b`.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
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
