/// Which bytes of an output are done.
public struct Coverage: Sendable {
  /// Per shard, disjoint runs in ascending order.
  private var runs: [Int: [Range<Int>]] = [:]

  /// What these records cover.
  public init(_ records: some Sequence<OutputJournal.Record>) {
    for record in OutputJournal(Array(records)).records {
      var shard = runs.removeValue(forKey: record.shard) ?? []
      if let last = shard.last, last.upperBound >= record.bytes.lowerBound {
        let end = max(last.upperBound, record.bytes.upperBound)
        shard[shard.count - 1] = last.lowerBound..<end
      } else {
        shard.append(record.bytes)
      }
      runs[record.shard] = shard
    }
  }

  /// Bytes that are done.
  public var byteCount: Int {
    runs.values.reduce(0) { $1.reduce($0) { $0 + $1.count } }
  }

  /// Whether all of `bytes` is done.
  public func contains(_ bytes: Range<Int>, of shard: Int) -> Bool {
    guard let runs = runs[shard] else { return false }
    // The last run that begins at or before the range.
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].lowerBound <= bytes.lowerBound { low = middle + 1 } else { high = middle }
    }
    return low > 0 && runs[low - 1].upperBound >= bytes.upperBound
  }
}
