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
    for window in manifest.windows(bytes: 64 << 20) {
      let joined = try join(window, of: model)
      defer { joined.deallocate() }
      guard isGlobalZero else { continue }
      var offset = 0
      for slice in window {
        let size = slice.count * manifest.tensors[slice.tensor].dtype.byteCount
        builders[slice.tensor].fill(
          slice.elements, from: .init(rebasing: joined[offset..<offset + size]))
        offset += size
      }
    }
    return isGlobalZero
      ? try InMemoryStateDict(builders.map { $0.finish() }, label: model.label) : nil
  }

  /// The bytes of some slices, one after the other, of which every rank computes a part.
  private func join(
    _ window: [Slice], of model: any StateDict
  ) throws -> UnsafeMutableRawBufferPointer {
    let widths = window.map { model.manifest.tensors[$0.tensor].dtype.byteCount }
    var offsets = [0]
    for (slice, width) in zip(window, widths) {
      offsets.append(offsets[offsets.count - 1] + slice.count * width)
    }
    let starts = offsets
    nonisolated(unsafe) let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(starts[window.count], 1), alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    do {
      // Slices are dealt in turn; windows hold many of them.
      let mine = window.indices.filter { $0 % worldSize == globalRank }
      let parallel = Parallel(threads: threads)
      try agreeing {
        try parallel.forEach(mine.count) { item in
          let index = mine[item]
          try model.read(
            window[index], into: .init(rebasing: bytes[starts[index]..<starts[index + 1]]))
        }
      }
      try join(bytes)
    } catch {
      bytes.deallocate()
      throw error
    }
    return bytes
  }
}

extension Manifest {
  /// All elements as runs of slices of about `bytes` together.
  fileprivate func windows(bytes: Int) -> [[Slice]] {
    var windows: [[Slice]] = []
    var window: [Slice] = []
    var size = 0
    for slice in slices(limit: 1 << 18) {
      let next = slice.count * tensors[slice.tensor].dtype.byteCount
      if !window.isEmpty && size + next > bytes {
        windows.append(window)
        window = []
        size = 0
      }
      window.append(slice)
      size += next
    }
    return window.isEmpty ? windows : windows + [window]
  }
}
