/// Gathers what was written into runs that are worth a system call.
struct WriteBehind {
  /// Bytes of a run whose write-back is started.
  static let step = 8 << 20

  private struct End: Hashable {
    let shard: Int
    let offset: Int
  }
  /// For every run that is still short: where it ends, and where it begins.
  private var runs: [End: Int] = [:]

  /// Notes a written range.
  ///
  /// - Returns: a run of at least `step` bytes that the range completed.
  mutating func add(_ range: Range<Int>, of shard: Int) -> Range<Int>? {
    let start = runs.removeValue(forKey: End(shard: shard, offset: range.lowerBound))
    let run = (start ?? range.lowerBound)..<range.upperBound
    if run.count >= WriteBehind.step { return run }
    runs[End(shard: shard, offset: run.upperBound)] = run.lowerBound
    return nil
  }
}
