/// The candidate that `text` most likely was meant to be: edit distance at most a third of its
/// length (at least 2), ties to the earlier candidate.
public func nearest(to text: String, among candidates: [String]) -> String? {
  nearest(to: text, among: candidates, limit: 1).first
}

/// Up to `limit` candidates near to `text`, the nearest first.
public func nearest(to text: String, among candidates: [String], limit: Int) -> [String] {
  let reach = max(2, text.count / 3)
  let ranked = candidates.enumerated()
    .map { (distance: editDistance(text.lowercased(), $1.lowercased()), order: $0, name: $1) }
    .filter { $0.distance <= reach }
    .sorted { ($0.distance, $0.order) < ($1.distance, $1.order) }
  return ranked.prefix(limit).map(\.name)
}

/// Levenshtein distance in characters.
private func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a)
  let b = Array(b)
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let substituted = diagonal + (x == y ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
