internal import CFusionKernels
import Tensors

extension ElementwiseInputs {
  /// Where a number of each tensor's elements end when they are ordered by magnitude, and by
  /// position among equals. Exact, without sorting and without holding the values.
  ///
  /// A tensor is gone through by one thread of one rank, in two to six passes. Every process of
  /// `world` needs to call this method.
  ///
  /// - Parameters:
  ///   - ranks: for every tensor of the manifest and every query how many elements come before the
  ///     cut; a tensor without queries, or of integers, is not read.
  ///   - values: what a query orders, of a block: one of its `models`, or what it has written to
  ///     `block.sum`. Must depend on the block alone.
  ///   - isSum: whether `values` hands out `block.sum`, which is in `Double` for all tensors.
  /// - Returns: for every tensor a cut for each query.
  /// - Throws: `AgreedError` when reading failed on any rank.
  public func rankCuts(
    _ ranks: [[Int]], in world: any Fabric, isSum: Bool = false,
    values: @Sendable (ElementBlock, _ query: Int) -> Slab
  ) throws -> [[RankCut]] {
    let whole = SlicePieces(
      manifest.slices().filter {
        manifest.tensors[$0.tensor].dtype.isFloatingPoint && !ranks[$0.tensor].isEmpty
      })
    if let notes = passes.notes {
      notes.add(self, .pieces(whole), times: isSum || isEverywhereWide ? 4 : 2)
      return ranks.map { $0.map { _ in .end } }
    }
    let own = Array(whole.slices[whole.own(part: world.globalRank, of: world.worldSize)])
    var searches = own.map { slice in
      ranks[slice.tensor].map {
        RankSearch(rank: $0, count: slice.count, bits: isSum || isWide(slice.tensor) ? 63 : 31)
      }
    }
    while try isAnyOpen(searches, in: world) {
      let before = searches
      let open = searches.indices.filter { number in before[number].contains { $0.cut == nil } }
      let parts = try visit(open.map { own[$0] }, in: world, makeState: { RankPass() }) {
        state, index, block in
        let number = open[index]
        if state.number != number { state.begin(number, before[number], count: own[number].count) }
        state.take(block, values)
      }
      for part in parts {
        for (number, found) in part.finished() { searches[number] = found }
      }
    }
    return try joined(zip(own, searches).map { ($0.tensor, $1) }, ranks, in: world)
  }

  private func isAnyOpen(_ searches: [[RankSearch]], in world: any Fabric) throws -> Bool {
    var open: [Int64] = [searches.joined().contains { $0.cut == nil } ? 1 : 0]
    try world.allReduce(&open, .max)
    return open[0] == 1
  }

  /// Everybody's cuts, of those that each rank found.
  private func joined(
    _ found: [(tensor: Int, searches: [RankSearch])], _ ranks: [[Int]], in world: any Fabric
  ) throws -> [[RankCut]] {
    let starts = ranks.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    // Zero but at the owner, so that the sum over ranks is exact.
    var patterns = [Int64](repeating: 0, count: starts[ranks.count])
    var elements = patterns
    for (tensor, searches) in found {
      for (query, search) in searches.enumerated() {
        let cut = search.cut ?? .end
        patterns[starts[tensor] + query] = Int64(bitPattern: cut.pattern)
        elements[starts[tensor] + query] = Int64(bitPattern: cut.element)
      }
    }
    try world.allReduce(&patterns, .sum)
    try world.allReduce(&elements, .sum)
    return ranks.indices.map { tensor in
      (starts[tensor]..<starts[tensor + 1]).map {
        RankCut(
          pattern: UInt64(bitPattern: patterns[$0]), element: UInt64(bitPattern: elements[$0]))
      }
    }
  }
}

/// One thread's part of a pass: the searches of its tensors, one tensor after the other.
private struct RankPass {
  private(set) var number: Int?
  private var count = 0
  private var searches: [RankSearch] = []
  private var counts: [[Int64]] = []
  private var below: Int64 = 0
  private var done: [(number: Int, searches: [RankSearch])] = []

  /// Goes on to another tensor of `count` elements.
  mutating func begin(_ number: Int, _ searches: [RankSearch], count: Int) {
    end()
    self.number = number
    self.count = count
    self.searches = searches
    counts = searches.map {
      $0.isCounting ? [Int64](repeating: 0, count: $0.window.bins) : []
    }
  }

  /// Takes the tensor's next block.
  mutating func take(_ block: ElementBlock, _ values: (ElementBlock, Int) -> Slab) {
    for query in searches.indices {
      if searches[query].isCounting {
        let (low, shift, bins) = searches[query].window
        counts[query].withUnsafeMutableBufferPointer { counts in
          guard let counts = counts.baseAddress else { return }
          switch values(block, query) {
          case .float32(let x):
            ck_count_f32(x.baseAddress, x.count, low, shift, bins, counts, &below)
          case .float64(let x):
            ck_count_f64(x.baseAddress, x.count, low, shift, bins, counts, &below)
          }
        }
      } else if searches[query].isPlacing {
        searches[query].look(at: values(block, query), from: block.firstElement)
      }
    }
  }

  /// The searches of all tensors of the pass.
  func finished() -> [(number: Int, searches: [RankSearch])] {
    var last = self
    last.end()
    return last.done
  }

  private mutating func end() {
    guard let number else { return }
    for query in searches.indices {
      if searches[query].isPlacing {
        searches[query].place(after: count)
      } else if searches[query].isCounting {
        searches[query].narrow(counts[query])
      }
    }
    done.append((number, searches))
    self.number = nil
  }
}
