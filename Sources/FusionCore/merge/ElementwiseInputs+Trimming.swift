import Tensors

extension ElementwiseInputs {
  /// What TIES merging needs to know of all task vectors: the cut of each, its k-th smallest
  /// magnitude, and the sign of the sum of all elected signs.
  ///
  /// Both are exact. For many elements a sample says so closely where the cuts lie that nearly all
  /// signs are known while the cuts are searched, and one pass gives both. Every process of `world`
  /// needs to call this method.
  ///
  /// - Parameters:
  ///   - k: position from the smallest, from 1 to the number of elements.
  ///   - skipping: positions of tensors that do not count.
  /// - Throws: `AgreedError` when reading failed on any rank.
  public func trimming(
    _ k: Int, skipping: Set<Int> = [], in world: any Fabric
  ) throws -> (consensus: SignConsensus, majority: Int) {
    try trimming(k, samples: isLarge(skipping: skipping), skipping: skipping, in: world)
  }

  /// The same, with or without a sample first.
  func trimming(
    _ k: Int, samples: Bool, skipping: Set<Int> = [], in world: any Fabric
  ) throws -> (consensus: SignConsensus, majority: Int) {
    if let notes = passes.notes {
      noteSelection(in: notes, samples: samples, skipping: skipping)
      // A second sample, or a pass for the signs.
      notes.add(self, .elements(skipping: skipping, sampled: samples))
      return (SignConsensus(cuts: Array(repeating: 0, count: modelCount)), 0)
    }
    var windows = try windows(around: k, samples: samples, skipping: skipping, in: world)
    var outlooks: [SignOutlook] = []
    let bounds = try bounds(of: windows, skipping: skipping, in: world)
    if let bounds {
      let bytes = WorkingMemory.bytes / 4 / WorkingMemory.threads
      let places = windows
      let parts = try visit(
        in: world, skipping: skipping,
        makeState: {
          (counts: MagnitudeCounts(places), outlook: SignOutlook(bounds, bytes: bytes))
        }
      ) { state, block in
        state.counts.add(block, in: places)
        state.outlook.add(block)
      }
      var all = MagnitudeCounts(windows)
      for part in parts { all.add(part.counts) }
      try all.allReduce(in: world)
      for m in windows.indices { windows[m].narrow(by: all, of: m) }
      outlooks = parts.map(\.outlook)
    }
    let cuts = try magnitudes(in: &windows, skipping: skipping, in: world)
    let consensus = SignConsensus(cuts: cuts)
    if let bounds, bounds.contain(cuts) {
      var totals = [
        outlooks.reduce(0) { $0 + $1.votes(consensus) },
        outlooks.contains(where: \.isFull) ? 1 : 0,
      ]
      try world.allReduce(&totals, .sum)
      if totals[1] == 0 { return (consensus, Int(totals[0].signum())) }
    }
    let votes = try sum(skipping: skipping, in: world) { consensus.votes($0) }
    return (consensus, Int(votes.signum()))
  }

  /// What the cuts lie between most probably, by a second look at the sample that aimed the windows;
  /// nil where there is no telling.
  private func bounds(
    of windows: [MagnitudeWindow], skipping: Set<Int>, in world: any Fabric
  ) throws -> SignOutlook.Bounds? {
    let surroundings = windows.compactMap(\.surroundings)
    guard surroundings.count == windows.count else { return nil }
    let closer = zip(windows, surroundings).map { $0.window(on: $1) }
    let sample = try count(closer, sampled: true, skipping: skipping, in: world)
    let found = closer.indices.compactMap { m in
      closer[m].refined(surroundings[m], counts: sample.counts(of: m), below: sample.below[m])
    }
    guard found.count == windows.count else { return nil }
    return SignOutlook.Bounds(
      found.map { (magnitude(of: $0.patterns.lowerBound), magnitude(of: $0.patterns.upperBound)) })
  }
}
