import Tensors
import Threading

extension Fabric {
  /// Copies of the models in rank 0's memory, computed by all ranks together; nil on the others.
  ///
  /// The ranks compute window after window, so that all but rank 0 hold one window only. Every
  /// process needs to call this method.
  ///
  /// - Throws: `AgreedError` when reading failed on any rank.
  public func materialise(_ group: StateDictGroup) throws -> [InMemoryStateDict]? {
    let copies = try materialise(group, on: group.models.map { _ in 0 })
    return isGlobalZero ? copies.compactMap { $0 } : nil
  }

  /// Copies of the models, each in the memory of one rank, computed by all ranks together.
  ///
  /// Every process needs to call this method.
  ///
  /// - Parameter owners: for every model the rank that gets the copy.
  /// - Returns: for every model its copy on that rank, nil on the others.
  /// - Throws: `AgreedError` when reading failed on any rank.
  public func materialise(
    _ group: StateDictGroup, on owners: [Int]
  ) throws -> [InMemoryStateDict?] {
    let builders = zip(group.models, owners).map { model, owner in
      owner == globalRank ? model.manifest.tensors.map { TensorBuilder($0) } : []
    }
    for window in windows(of: group) {
      let joined = try join(window, of: group)
      defer { joined.deallocate() }
      var offset = 0
      for slice in window.joined() {
        for (builders, size) in zip(builders, group.byteCounts(of: slice)) {
          if !builders.isEmpty {
            builders[slice.tensor].fill(
              slice.elements, from: .init(rebasing: joined[offset..<offset + size]))
          }
          offset += size
        }
      }
    }
    return try group.models.indices.map { position in
      guard owners[position] == globalRank else { return nil }
      return try InMemoryStateDict(
        builders[position].map { $0.finish() }, label: group.models[position].label)
    }
  }

  /// The bytes of some slices, one after the other: `window[r]` are those that rank r computes.
  private func join(
    _ window: [[Slice]], of group: StateDictGroup
  ) throws -> UnsafeMutableRawBufferPointer {
    var places: [(slice: Slice, start: Int)] = []
    var size = 0
    for (rank, slices) in window.enumerated() {
      for slice in slices {
        if rank == globalRank { places.append((slice, size)) }
        size += group.byteCounts(of: slice).reduce(0, +)
      }
    }
    let mine = places
    nonisolated(unsafe) let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(size, 1), alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    do {
      let parallel = Parallel(threads: readingThreads)
      try agreeing {
        try parallel.forEach(mine.count) { item in
          var start = mine[item].start
          let parts = group.byteCounts(of: mine[item].slice).map { count in
            defer { start += count }
            return UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + count])
          }
          try group.read(mine[item].slice, into: parts)
        }
      }
      try join(bytes)
    } catch {
      bytes.deallocate()
      throw error
    }
    return bytes
  }

  /// All elements as windows of about 64 MB, in each the slices of every rank.
  private func windows(of group: StateDictGroup) -> [[[Slice]]] {
    let share = (64 << 20) / worldSize
    let parts = (0..<worldSize).map { part in
      group.slices(part: part, of: worldSize, limit: 1 << 18).runs(bytes: share) {
        group.byteCounts(of: $0).reduce(0, +)
      }
    }
    let count = parts.map(\.count).max() ?? 0
    return (0..<count).map { window in
      parts.map { window < $0.count ? $0[window] : [] }
    }
  }
}

extension [Slice] {
  /// Runs of neighbours of at most `bytes` together, or of one slice.
  fileprivate func runs(bytes: Int, size: (Slice) -> Int) -> [[Slice]] {
    var runs: [[Slice]] = []
    var used = 0
    for slice in self {
      let next = size(slice)
      if runs.isEmpty || used + next > bytes {
        runs.append([])
        used = 0
      }
      runs[runs.count - 1].append(slice)
      used += next
    }
    return runs
  }
}
