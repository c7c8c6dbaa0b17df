/// Ranges of which no two touch: those that come to touch become one.
struct RangeList {
  /// From where a range begins to where it ends, and the other way round.
  private var ends: [Int: Int] = [:]
  private var starts: [Int: Int] = [:]

  /// Adds a range that none of the list overlaps.
  ///
  /// - Returns: the range of the list that it is part of now.
  @discardableResult
  mutating func insert(_ range: Range<Int>) -> Range<Int> {
    var run = range
    if let start = starts.removeValue(forKey: run.lowerBound) {
      run = start..<run.upperBound
    }
    if let end = ends.removeValue(forKey: run.upperBound) {
      run = run.lowerBound..<end
    }
    ends[run.lowerBound] = run.upperBound
    starts[run.upperBound] = run.lowerBound
    return run
  }

  /// Takes out the range that begins at an offset.
  mutating func remove(from start: Int) -> Range<Int>? {
    guard let end = ends.removeValue(forKey: start) else { return nil }
    starts[end] = nil
    return start..<end
  }
}
