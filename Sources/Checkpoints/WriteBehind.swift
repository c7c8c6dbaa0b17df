/// Gathers what was written, in whatever order, into runs that are worth a system call.
struct WriteBehind {
  /// Bytes of a run whose write-back is started.
  static let step = 8 << 20

  /// For every shard the runs that are still short.
  private var runs: [Int: RangeList] = [:]

  /// Notes a written range.
  ///
  /// - Returns: a run of at least `step` bytes that the range completed.
  mutating func add(_ range: Range<Int>, of shard: Int) -> Range<Int>? {
    let run = runs[shard, default: RangeList()].insert(range)
    return run.count < WriteBehind.step ? nil : runs[shard]?.remove(from: run.lowerBound)
  }
}
