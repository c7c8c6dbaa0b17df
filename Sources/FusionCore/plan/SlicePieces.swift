import Tensors

/// Slices that are never cut further: each belongs to one rank.
struct SlicePieces: Sendable {
  /// The pieces, in order.
  let slices: [Slice]
  /// For every piece the number of elements before it, and last that of all.
  private let starts: [Int]

  /// Pieces that follow each other.
  init(_ slices: [Slice]) {
    self.slices = slices
    var starts = [0]
    starts.reserveCapacity(slices.count + 1)
    for slice in slices { starts.append(starts[starts.count - 1] + slice.count) }
    self.starts = starts
  }

  /// The run of pieces of one part: those whose first element lies in its share.
  func own(part: Int, of parts: Int) -> Range<Int> {
    border(part, of: parts)..<border(part + 1, of: parts)
  }

  private func border(_ part: Int, of parts: Int) -> Int {
    if part == parts { return slices.count }
    let elements = starts[slices.count]
    let share = elements / parts * part + elements % parts * part / parts
    var (low, high) = (0, slices.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] >= share { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
