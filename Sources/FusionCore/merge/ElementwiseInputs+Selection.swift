internal import CFusionKernels
import Tensors

extension ElementwiseInputs {
  /// The k-th smallest magnitude of every model's values, over all elements of all tensors.
  ///
  /// Exact, without sorting and without holding the values: ranks count bit patterns and sum the
  /// counts. A sample first says where to look, so that one pass over the inputs usually suffices.
  /// Every process of `world` needs to call this method.
  ///
  /// - Parameters:
  ///   - k: position from the smallest, from 1 to the number of elements.
  ///   - skipping: positions of tensors that do not count.
  /// - Returns: one magnitude per model, exactly representable in the type of its values.
  /// - Throws: `AgreedError` when reading failed on any rank.
  public func kthMagnitudes(
    _ k: Int, skipping: Set<Int> = [], in world: any Fabric
  ) throws -> [Double] {
    let wide = isEverywhereWide
    let total = Int64(elementCount(skipping: skipping))
    // Few elements are gone through once more sooner than many bins are added up.
    let isLarge = total >= 1 << 24
    if let notes = passes.notes {
      if isLarge { notes.add(self, .elements(skipping: skipping, sampled: true)) }
      // A good sample leaves one pass; without it each tells eleven bits.
      notes.add(
        self, .elements(skipping: skipping, sampled: false), times: isLarge ? 1 : wide ? 6 : 3)
      return Array(repeating: 0, count: modelCount)
    }
    // The same on every rank.
    var bins = [
      Int64(WorkingMemory.bins(models: modelCount, most: isLarge ? 1 << 17 : 1 << 11))
    ]
    try world.allReduce(&bins, .min)
    var windows = Array(
      repeating: MagnitudeWindow(
        rank: Int64(k), patterns: 0..<(wide ? 1 << 63 : 1 << 31), bins: Int(bins[0])),
      count: modelCount)
    if isLarge {
      let sample = try count(windows, sampled: true, skipping: skipping, in: world)
      for m in windows.indices {
        windows[m].aim(counts: sample.counts(of: m), below: sample.below[m], total: total)
      }
    }
    while windows.contains(where: { $0.answer == nil }) {
      let all = try count(windows, sampled: false, skipping: skipping, in: world)
      for m in windows.indices where windows[m].answer == nil {
        windows[m].narrow(counts: all.counts(of: m), below: all.below[m])
      }
    }
    return windows.map { window in
      let pattern = window.answer ?? 0
      return wide
        ? Double(bitPattern: pattern)
        : Double(Float(bitPattern: UInt32(truncatingIfNeeded: pattern)))
    }
  }

  /// Elements of all tensors but those at the positions `skipping`.
  public func elementCount(skipping: Set<Int>) -> Int {
    skipping.reduce(manifest.elementCount) { $0 - manifest.tensors[$1].count }
  }

  private func count(
    _ windows: [MagnitudeWindow], sampled: Bool, skipping: Set<Int>, in world: any Fabric
  ) throws -> MagnitudeCounts {
    let models = modelCount
    let bins = windows[0].bins
    let places = windows.map { ($0.low, $0.shift, $0.answer != nil) }
    let parts = try visit(
      in: world, sampled: sampled, skipping: skipping,
      makeState: { MagnitudeCounts(models: models, binsPerModel: bins) }
    ) { counts, block in
      for m in 0..<models where !places[m].2 {
        counts.add(block.models[m], of: m, low: places[m].0, shift: places[m].1)
      }
    }
    var total = MagnitudeCounts(models: models, binsPerModel: bins)
    for part in parts { total.add(part) }
    try world.allReduce(&total.bins, .sum)
    try world.allReduce(&total.below, .sum)
    return total
  }
}

/// How many magnitudes of each model lie in each bin of its window, and below it.
struct MagnitudeCounts {
  var bins: [Int64]
  var below: [Int64]
  private let binsPerModel: Int

  init(models: Int, binsPerModel: Int) {
    self.binsPerModel = binsPerModel
    bins = Array(repeating: 0, count: models * binsPerModel)
    below = Array(repeating: 0, count: models)
  }

  func counts(of m: Int) -> ArraySlice<Int64> {
    bins[m * binsPerModel..<(m + 1) * binsPerModel]
  }

  mutating func add(_ values: Slab, of m: Int, low: UInt64, shift: UInt32) {
    bins.withUnsafeMutableBufferPointer { bins in
      below.withUnsafeMutableBufferPointer { below in
        guard let bins = bins.baseAddress, let below = below.baseAddress else { return }
        let start = bins + m * binsPerModel
        switch values {
        case .float32(let x):
          ck_count_f32(x.baseAddress, x.count, low, shift, binsPerModel, start, below + m)
        case .float64(let x):
          ck_count_f64(x.baseAddress, x.count, low, shift, binsPerModel, start, below + m)
        }
      }
    }
  }

  mutating func add(_ other: MagnitudeCounts) {
    for i in bins.indices { bins[i] += other.bins[i] }
    for i in below.indices { below[i] += other.below[i] }
  }
}
