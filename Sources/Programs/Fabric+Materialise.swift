import FusionCore
import Tensors

extension Fabric {
  /// A copy of `model` in rank 0's memory, computed by all ranks together; nil on the others.
  ///
  /// The ranks compute window after window, so that all but rank 0 hold one window only. Every
  /// process needs to call this method.
  ///
  /// - Throws: `AgreedError` when reading failed on any rank.
  func materialise(_ model: any StateDict) throws -> InMemoryStateDict? {
    let manifest = model.manifest
    let builders = isGlobalZero ? manifest.tensors.map { TensorBuilder($0) } : []
    for window in windows(of: model) {
      let joined = try join(window, of: model)
      defer { joined.deallocate() }
      guard isGlobalZero else { continue }
      var offset = 0
      for slice in window.joined() {
        let size = slice.count * manifest.tensors[slice.tensor].dtype.byteCount
        builders[slice.tensor].fill(
          slice.elements, from: .init(rebasing: joined[offset..<offset + size]))
        offset += size
      }
    }
    return isGlobalZero
      ? try InMemoryStateDict(builders.map { $0.finish() }, label: model.label) : nil
  }

  /// The bytes of some slices, one after the other: `window[r]` are those that rank r computes.
  private func join(
    _ window: [[Slice]], of model: any StateDict
  ) throws -> UnsafeMutableRawBufferPointer {
    var starts: [[Int]] = []
    var size = 0
    for slices in window {
      starts.append([])
      for slice in slices {
        starts[starts.count - 1].append(size)
        size += slice.count * model.manifest.tensors[slice.tensor].dtype.byteCount
      }
    }
    let (mine, places) = (window[globalRank], starts[globalRank])
    nonisolated(unsafe) let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(size, 1), alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    do {
      let parallel = Parallel(threads: threads)
      try agreeing {
        try parallel.forEach(mine.count) { item in
          let slice = mine[item]
          let count = slice.count * model.manifest.tensors[slice.tensor].dtype.byteCount
          try model.read(
            slice, into: .init(rebasing: bytes[places[item]..<places[item] + count]))
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
  private func windows(of model: any StateDict) -> [[[Slice]]] {
    let share = (64 << 20) / worldSize
    let parts = (0..<worldSize).map { part in
      model.slices(part: part, of: worldSize, limit: 1 << 18).runs(bytes: share) {
        $0.count * model.manifest.tensors[$0.tensor].dtype.byteCount
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
