/// Cuts a run of blocks into one array per block.
func cut<Element>(_ all: [Element], into counts: [Int]) -> [[Element]] {
  var start = 0
  return counts.map { count in
    defer { start += count }
    return Array(all[start..<start + count])
  }
}
