/// Gathers what was written, in whatever order, into runs that are worth a system call.
struct WriteBehind {
  /// Bytes of a run whose write-back is started.
  static let step = 8 << 20

  private struct Place: Hashable {
    let shard: Int
    let offset: Int
  }
  /// For every run that is still short: from where it begins where it ends, and the other way round.
  private var ends: [Place: Int] = [:]
  private var starts: [Place: Int] = [:]

  /// Notes a written range.
  ///
  /// - Returns: a run of at least `step` bytes that the range completed.
  mutating func add(_ range: Range<Int>, of shard: Int) -> Range<Int>? {
    var run = range
    if let start = starts.removeValue(forKey: Place(shard: shard, offset: run.lowerBound)) {
      ends[Place(shard: shard, offset: start)] = nil
      run = start..<run.upperBound
    }
    if let end = ends.removeValue(forKey: Place(shard: shard, offset: run.upperBound)) {
      starts[Place(shard: shard, offset: end)] = nil
      run = run.lowerBound..<end
    }
    if run.count >= WriteBehind.step { return run }
    ends[Place(shard: shard, offset: run.lowerBound)] = run.upperBound
    starts[Place(shard: shard, offset: run.upperBound)] = run.lowerBound
    return nil
  }
}
