extension Manifest {
  /// The slices that belong to one part of the work, in ascending order.
  ///
  /// The parts of one `parts` are disjoint and together cover every element. The plan follows
  /// from the manifest alone: every rank computes the same one without talking.
  ///
  /// - Parameters:
  ///   - part: which part, from 0.
  ///   - parts: how many there are (the world size).
  ///   - grain: what is never cut. Borders of `.element` fall on multiples of 1024 elements.
  ///   - limit: the most elements of one slice; `.row` and `.tensor` may exceed it by one unit.
  public func slices(
    part: Int = 0, of parts: Int = 1, grain: Grain = .element, limit: Int = .max
  ) -> [Slice] {
    precondition(parts > 0 && (0..<parts).contains(part) && limit > 0)
    let from = border(part, of: parts)
    let to = border(part + 1, of: parts)
    var slices: [Slice] = []
    for position in firstTensor(endingAfter: from)..<tensors.count {
      let tensor = tensors[position]
      let start = elementOffsets[position]
      if start >= to { break }
      if tensor.count == 0 { continue }
      let unit =
        switch grain {
        case .element: 1
        case .row: max(tensor.shape.last ?? 1, 1)
        case .tensor: tensor.count
        }
      // A unit belongs to the part in which it begins.
      let first = roundUp(max(from - start, 0), to: unit)
      let end = min(roundUp(min(to - start, tensor.count), to: unit), tensor.count)
      let step = max(limit / unit, 1) * unit
      var next = first
      while next < end {
        let stop = end - next > step ? next + step : end
        slices.append(Slice(tensor: position, elements: next..<stop))
        next = stop
      }
    }
    return slices
  }

  /// The position of the first tensor whose last element comes after `element` others.
  private func firstTensor(endingAfter element: Int) -> Int {
    var (low, high) = (0, tensors.count)
    while low < high {
      let middle = (low + high) / 2
      if elementOffsets[middle + 1] > element { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private func border(_ part: Int, of parts: Int) -> Int {
    if part == parts { return elementCount }
    let (high, low) = elementCount.multipliedFullWidth(by: part)
    let exact = parts.dividingFullWidth((high, low)).quotient
    return exact / 1024 * 1024
  }
}

private func roundUp(_ value: Int, to unit: Int) -> Int {
  unit == 1 ? value : (value + unit - 1) / unit * unit
}
