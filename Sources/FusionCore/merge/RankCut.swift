/// A place in the order of a tensor's elements by magnitude, and by position among equals.
///
/// NaN counts as larger than infinity.
public struct RankCut: Sendable, Equatable {
  /// The bit pattern of the magnitude.
  let pattern: UInt64
  /// The element.
  let element: UInt64

  /// Before all elements.
  static let start = RankCut(pattern: 0, element: 0)
  /// After all elements.
  static let end = RankCut(pattern: .max, element: 0)
}

/// Finds the place before which a number of elements come, by their bit patterns, in a few passes
/// over the elements in order.
struct RankSearch: Sendable {
  private(set) var cut: RankCut?
  /// How many elements of the patterns at hand come before the place.
  private var rank: Int64
  private var low: UInt64 = 0
  private var bits: UInt32
  private let width: UInt32
  private var place: UInt64?

  /// - Parameters:
  ///   - rank: how many of the tensor's elements come before the place.
  ///   - count: number of elements.
  ///   - bits: bits of a magnitude's pattern.
  init(rank: Int, count: Int, bits: UInt32) {
    self.rank = Int64(rank)
    self.bits = bits
    // Few elements are gone through once more sooner than many bins are added up.
    width = count < 1 << 16 ? 11 : 16
    cut = rank <= 0 ? .start : rank >= count ? .end : nil
  }

  /// Whether a pass counts patterns; the last one looks for an element.
  var isCounting: Bool { cut == nil && bits > 0 }
  /// Whether a pass looks for the element, its pattern being known.
  var isPlacing: Bool { cut == nil && bits == 0 }

  /// The patterns of a pass: `bins` groups of `1 << shift` from `low` on.
  var window: (low: UInt64, shift: UInt32, bins: Int) {
    let taken = min(width, bits)
    return (low, bits - taken, 1 << taken)
  }

  /// Takes the counts of a pass.
  mutating func narrow(_ counts: [Int64]) {
    let (_, shift, bins) = window
    var bin = 0
    while bin < bins - 1 && rank >= counts[bin] {
      rank -= counts[bin]
      bin += 1
    }
    low += UInt64(bin) << UInt64(shift)
    bits = shift
    // No equal element comes before: the place is before all of them.
    if bits == 0 && rank == 0 { cut = RankCut(pattern: low, element: 0) }
  }

  /// Takes the next elements of a pass that places.
  mutating func look(at values: Slab, from first: Int) {
    guard place == nil else { return }
    func scan<T>(_ values: UnsafeMutableBufferPointer<T>, _ pattern: (T) -> UInt64) {
      for (i, value) in values.enumerated() where pattern(value) == low {
        if rank == 0 {
          place = UInt64(first + i)
          return
        }
        rank -= 1
      }
    }
    switch values {
    case .float32(let x): scan(x) { UInt64($0.magnitude.bitPattern) }
    case .float64(let x): scan(x) { $0.magnitude.bitPattern }
    }
  }

  /// Ends a pass that placed.
  mutating func place(after count: Int) {
    cut = RankCut(pattern: low, element: place ?? UInt64(count))
  }
}
