import FusionCore
import ModelPools
import Synchronization
import Tensors
import Threading

extension Fabric {
  /// The Euclidean norm of all floating-point values of every model, on every rank, in one pass.
  ///
  /// The same bits for any number of ranks and threads: sums are taken over pieces that depend on
  /// the tensors alone, and added in their order. Every process needs to call this method.
  ///
  /// - Throws: `AgreedError` when reading failed on any rank.
  func norms(_ group: StateDictGroup) throws -> [Double] {
    guard let manifest = group.models.first?.manifest else { return [] }
    let starts = manifest.tensors.indices.reduce(into: [0]) { starts, tensor in
      starts.append(starts[tensor] + manifest.tensors[tensor].count / normPiece + 1)
    }
    let count = group.models.count
    let sums = Mutex([Double](repeating: 0, count: starts[manifest.tensors.count] * count))
    let mine = ownPieces(of: group)
    let parallel = Parallel(threads: readingThreads)
    try agreeing {
      _ = try parallel.forEach(mine.count, makeState: { SliceBuffers() }) { buffers, index in
        let slice = mine[index]
        let buffers = buffers.room(group.byteCounts(of: slice))
        try group.read(slice, into: buffers)
        for (position, bytes) in buffers.enumerated() {
          let dtype = group.models[position].manifest.tensors[slice.tensor].dtype
          guard dtype.isFloatingPoint else { continue }
          // A slice begins where a piece does, and may hold several.
          for start in stride(from: 0, to: slice.count, by: normPiece) {
            let part = start..<min(start + normPiece, slice.count)
            let piece = starts[slice.tensor] + (slice.elements.lowerBound + start) / normPiece
            let sum = UnsafeRawBufferPointer(
              rebasing: bytes[part.lowerBound * dtype.byteCount..<part.upperBound * dtype.byteCount]
            ).squaredNorm(of: dtype)
            sums.withLock { $0[piece * count + position] = sum }
          }
        }
      }
    }
    var all = sums.withLock { $0 }
    // Zero but at the rank that read the piece, so that the sum over ranks is exact.
    try allReduce(&all, .sum)
    return (0..<count).map { position in
      stride(from: position, to: all.count, by: count).reduce(0) { $0 + all[$1] }.squareRoot()
    }
  }

  /// What this rank reads: a tensor that is not cut where it belongs, the others piece by piece.
  private func ownPieces(of group: StateDictGroup) -> [Slice] {
    guard let manifest = group.models.first?.manifest else { return [] }
    var planned: [[(rank: Int, slice: Slice)]] = manifest.tensors.map { _ in [] }
    for rank in 0..<worldSize {
      for slice in group.slices(part: rank, of: worldSize, limit: normPiece) {
        planned[slice.tensor].append((rank, slice))
      }
    }
    var mine: [Slice] = []
    var pieces = 0
    for (tensor, parts) in planned.enumerated() {
      if parts.count == 1 {
        if parts[0].rank == globalRank { mine.append(parts[0].slice) }
        continue
      }
      for start in stride(from: 0, to: manifest.tensors[tensor].count, by: normPiece) {
        let end = min(start + normPiece, manifest.tensors[tensor].count)
        if pieces % worldSize == globalRank {
          mine.append(Slice(tensor: tensor, elements: start..<end))
        }
        pieces += 1
      }
    }
    return mine
  }
}

extension UnsafeRawBufferPointer {
  /// The sum of squares of values of a type, in order.
  fileprivate func squaredNorm(of dtype: DType) -> Double {
    let run = 4096
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: run) { values in
      var sum = 0.0
      var done = 0
      let total = count / dtype.byteCount
      while done < total {
        let end = Swift.min(done + run, total)
        Conversion.load(
          .init(rebasing: self[done * dtype.byteCount..<end * dtype.byteCount]), as: dtype,
          into: .init(rebasing: values[0..<end - done]))
        sum += Slab.float64(.init(rebasing: values[0..<end - done])).squaredNorm()
        done = end
      }
      return sum
    }
  }
}

/// Elements of a piece of a tensor, the unit of a norm's sum: fixed, because it fixes its rounding.
private let normPiece = 1 << 18
