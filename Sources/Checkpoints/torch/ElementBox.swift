/// A box of a tensor's elements that follow each other in row-major order.
struct ElementBox: Equatable {
  /// The first element, counted row-major.
  let position: Int
  /// Its index in every dimension.
  let origin: [Int]
  /// The box's sizes.
  let sizes: [Int]

  var count: Int { sizes.reduce(1, *) }
}

extension StridedView {
  /// Cuts a run of elements into at most two boxes for every dimension.
  func boxes(of elements: Range<Int>) -> [ElementBox] {
    // Elements of one index step, for every dimension.
    var weights = [Int](repeating: 1, count: shape.count)
    for dimension in shape.indices.dropLast().reversed() {
      weights[dimension] = weights[dimension + 1] * shape[dimension + 1]
    }
    var boxes: [ElementBox] = []
    var position = elements.lowerBound
    while position < elements.upperBound {
      // The outermost dimension in which a whole step begins here and ends in time.
      let dimension =
        shape.indices.first {
          position.isMultiple(of: weights[$0]) && position + weights[$0] <= elements.upperBound
        } ?? shape.count - 1
      let index = position / weights[dimension] % shape[dimension]
      let steps = min(
        shape[dimension] - index, (elements.upperBound - position) / weights[dimension])
      var origin = shape.indices.map { position / weights[$0] % shape[$0] }
      var sizes = shape
      for outer in shape.indices where outer <= dimension {
        sizes[outer] = outer == dimension ? steps : 1
      }
      origin[dimension] = index
      boxes.append(ElementBox(position: position, origin: origin, sizes: sizes))
      position += steps * weights[dimension]
    }
    return boxes
  }
}
