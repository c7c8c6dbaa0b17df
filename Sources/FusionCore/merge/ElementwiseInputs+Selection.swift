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
    let samples = isLarge(skipping: skipping)
    if let notes = passes.notes {
      noteSelection(in: notes, samples: samples, skipping: skipping)
      return Array(repeating: 0, count: modelCount)
    }
    var windows = try windows(around: k, samples: samples, skipping: skipping, in: world)
    return try magnitudes(in: &windows, skipping: skipping, in: world)
  }

  /// Whether a sample of so many elements pays: few are gone through once more sooner than many
  /// bins are added up.
  func isLarge(skipping: Set<Int>) -> Bool { elementCount(skipping: skipping) >= 1 << 24 }

  /// Notes the passes of a selection.
  func noteSelection(in notes: PassNotes, samples: Bool, skipping: Set<Int>) {
    if samples { notes.add(self, .elements(skipping: skipping, sampled: true)) }
    // A good sample leaves one pass; without it each tells eleven bits.
    notes.add(
      self, .elements(skipping: skipping, sampled: false),
      times: samples ? 1 : isEverywhereWide ? 6 : 3)
  }

  /// Where to look for every model's k-th magnitude: everywhere, or where a sample says.
  func windows(
    around k: Int, samples: Bool, skipping: Set<Int>, in world: any Fabric
  ) throws -> [MagnitudeWindow] {
    // The same on every rank.
    var bins = [
      Int64(WorkingMemory.bins(models: modelCount, most: samples ? 1 << 17 : 1 << 11))
    ]
    try world.allReduce(&bins, .min)
    var windows = Array(
      repeating: MagnitudeWindow(
        rank: Int64(k), patterns: 0..<(isEverywhereWide ? 1 << 63 : 1 << 31), bins: Int(bins[0])),
      count: modelCount)
    guard samples else { return windows }
    let sample = try count(windows, sampled: true, skipping: skipping, in: world)
    for m in windows.indices {
      windows[m].aim(
        counts: sample.counts(of: m), below: sample.below[m],
        total: Int64(elementCount(skipping: skipping)))
    }
    return windows
  }

  /// Goes through all elements until every window has its answer.
  ///
  /// - Returns: the answers.
  func magnitudes(
    in windows: inout [MagnitudeWindow], skipping: Set<Int>, in world: any Fabric
  ) throws -> [Double] {
    while windows.contains(where: { $0.answer == nil }) {
      let all = try count(windows, sampled: false, skipping: skipping, in: world)
      for m in windows.indices { windows[m].narrow(by: all, of: m) }
    }
    return windows.map { magnitude(of: $0.answer ?? 0) }
  }

  /// The magnitude that a bit pattern of the values' type stands for.
  func magnitude(of pattern: UInt64) -> Double {
    isEverywhereWide
      ? Double(bitPattern: pattern)
      : Double(Float(bitPattern: UInt32(truncatingIfNeeded: pattern)))
  }

  /// Elements of all tensors but those at the positions `skipping`.
  public func elementCount(skipping: Set<Int>) -> Int {
    skipping.reduce(manifest.elementCount) { $0 - manifest.tensors[$1].count }
  }

  /// Counts the magnitudes in windows and below.
  func count(
    _ windows: [MagnitudeWindow], sampled: Bool, skipping: Set<Int>, in world: any Fabric
  ) throws -> MagnitudeCounts {
    let parts = try visit(
      in: world, sampled: sampled, skipping: skipping,
      makeState: { MagnitudeCounts(windows) }
    ) { counts, block in counts.add(block, in: windows) }
    var total = MagnitudeCounts(windows)
    for part in parts { total.add(part) }
    try total.allReduce(in: world)
    return total
  }
}
