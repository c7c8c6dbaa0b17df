import FusionCore
import Tensors

extension Fabric {
  /// A copy of `model` in rank 0's memory, computed by all ranks together; nil on the others.
  ///
  /// Every process needs to call this method.
  ///
  /// - Throws: `AgreedError` when reading failed on any rank.
  func materialise(_ model: any StateDict) throws -> InMemoryStateDict? {
    var tensors: [Tensor] = []
    for batch in model.manifest.batches(bytes: 64 << 20) {
      let joined = try join(batch, of: model)
      defer { joined.deallocate() }
      guard isGlobalZero else { continue }
      var offset = 0
      for position in batch {
        let info = model.manifest.tensors[position]
        tensors.append(
          try Tensor(info) {
            $0.copyMemory(from: .init(rebasing: joined[offset..<offset + info.byteCount]))
          })
        offset += info.byteCount
      }
    }
    return isGlobalZero ? try InMemoryStateDict(tensors, label: model.label) : nil
  }

  /// The bytes of some tensors, one after the other, of which every rank computes a part.
  private func join(
    _ batch: Range<Int>, of model: any StateDict
  ) throws -> UnsafeMutableRawBufferPointer {
    let part = try Manifest(Array(model.manifest.tensors[batch]))
    let size = max(part.byteCount, 1)
    nonisolated(unsafe) let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: size, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    var starts = [0]
    for tensor in part.tensors { starts.append(starts[starts.count - 1] + tensor.byteCount) }
    let offsets = starts
    do {
      let slices = part.slices(part: globalRank, of: worldSize, limit: 1 << 18)
      let parallel = Parallel(threads: threads)
      try agreeing {
        try parallel.forEach(slices.count) { index in
          let slice = slices[index]
          let width = part.tensors[slice.tensor].dtype.byteCount
          let start = offsets[slice.tensor] + slice.elements.lowerBound * width
          try model.read(
            Slice(tensor: batch.lowerBound + slice.tensor, elements: slice.elements),
            into: .init(rebasing: bytes[start..<start + slice.count * width]))
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
  /// Runs of consecutive tensors of about `bytes` together; a larger tensor is a run of its own.
  fileprivate func batches(bytes: Int) -> [Range<Int>] {
    var batches: [Range<Int>] = []
    var start = 0
    var size = 0
    for (position, tensor) in tensors.enumerated() {
      if position > start && size + tensor.byteCount > bytes {
        batches.append(start..<position)
        start = position
        size = 0
      }
      size += tensor.byteCount
    }
    if start < tensors.count { batches.append(start..<tensors.count) }
    return batches
  }
}
