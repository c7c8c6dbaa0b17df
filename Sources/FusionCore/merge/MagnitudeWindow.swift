/// Where the k-th smallest magnitude is looked for: bit patterns of |x|, which order as |x| does.
///
/// The answer is known to lie in `known`. One pass over the values counts those in `window`, which
/// is cut into bins of `1 << shift` patterns, and those below it; that tells in which bin, or on
/// which side of the window, the answer is.
struct MagnitudeWindow {
  /// Number of bins.
  let bins: Int
  /// Position from the smallest, from 1.
  let rank: Int64
  private(set) var known: Range<UInt64>
  private(set) var low: UInt64
  private(set) var shift: UInt32
  /// The answer's pattern, once found.
  private(set) var answer: UInt64?
  /// What a sample says: where the answer lies most probably.
  private(set) var surroundings: Surroundings?

  /// The patterns of the ranks six standard errors lower and higher in a sample.
  struct Surroundings {
    /// The first and the last of them, as closely as the sample was counted.
    let patterns: ClosedRange<UInt64>
    fileprivate let ranks: ClosedRange<Int64>
  }

  /// Looks everywhere.
  init(rank: Int64, patterns: Range<UInt64>, bins: Int) {
    self.rank = rank
    self.bins = bins
    known = patterns
    low = 0
    shift = 0
    coverKnown()
  }

  /// Narrows the window to single patterns around where a sample's counts put the answer.
  mutating func aim(counts: ArraySlice<Int64>, below: Int64, total: Int64) {
    let sampled = below + counts.reduce(0, +)
    guard sampled > 0, shift > 0 else { return }
    let rankInSample = Int64(Double(rank) / Double(total) * Double(sampled))
    guard let bin = bin(of: max(rankInSample, 1), counts: counts, below: below) else { return }
    let centre = low + UInt64(bin) << shift + 1 << (shift - 1)
    let half = UInt64(bins / 2)
    let share = Double(rank) / Double(total)
    let middle = share * Double(sampled)
    let margin = 6 * (middle * (1 - share)).squareRoot() + 1
    surroundings = surroundings(
      of: Int64(middle - margin)...Int64(middle + margin), counts: counts, below: below)
    low = centre > known.lowerBound + half ? centre - half : known.lowerBound
    shift = 0
  }

  /// Where the patterns of some ranks lie; nil where the window does not hold them.
  private func surroundings(
    of ranks: ClosedRange<Int64>, counts: ArraySlice<Int64>, below: Int64
  ) -> Surroundings? {
    guard let first = bin(of: ranks.lowerBound, counts: counts, below: below),
      let last = bin(of: ranks.upperBound, counts: counts, below: below)
    else { return nil }
    return Surroundings(
      patterns: low + UInt64(first) << shift...low + UInt64(last) << shift + (1 << shift - 1),
      ranks: ranks)
  }

  /// A window on surroundings alone, for a closer look at the sample that they come from.
  func window(on surroundings: Surroundings) -> MagnitudeWindow {
    let patterns = surroundings.patterns
    return MagnitudeWindow(
      rank: rank, patterns: patterns.lowerBound..<patterns.upperBound + 1, bins: bins)
  }

  /// The surroundings that were looked at, as closely as this window has counted the sample.
  func refined(
    _ surroundings: Surroundings, counts: ArraySlice<Int64>, below: Int64
  ) -> Surroundings? {
    self.surroundings(of: surroundings.ranks, counts: counts, below: below)
  }

  /// Learns from the counts of all values.
  mutating func narrow(by all: MagnitudeCounts, of m: Int) {
    guard answer == nil else { return }
    let (counts, below) = (all.counts(of: m), all.below[m])
    if let bin = bin(of: rank, counts: counts, below: below) {
      let start = low + UInt64(bin) << shift
      if shift == 0 {
        answer = start
        return
      }
      known = start..<min(start + 1 << shift, known.upperBound)
    } else if rank <= below {
      known = known.lowerBound..<low
    } else {
      known = min(low + UInt64(bins) << shift, known.upperBound - 1)..<known.upperBound
    }
    coverKnown()
  }

  private mutating func coverKnown() {
    low = known.lowerBound
    shift = 0
    while (known.upperBound - known.lowerBound - 1) >> shift >= UInt64(bins) { shift += 1 }
  }

  private func bin(of rank: Int64, counts: ArraySlice<Int64>, below: Int64) -> Int? {
    var before = below
    guard rank > before else { return nil }
    for (bin, count) in counts.enumerated() {
      before += count
      if before >= rank { return bin }
    }
    return nil
  }
}
