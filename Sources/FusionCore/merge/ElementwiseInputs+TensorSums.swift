import Tensors

extension ElementwiseInputs {
  /// Elements of a piece of a tensor, the unit of sums: fixed, because it fixes their rounding.
  static let piece = 1 << 18

  /// Sums of floating-point numbers over each tensor: dot products, norms, means of magnitudes.
  ///
  /// The same bits for any number of ranks and threads: every tensor is cut at the same elements
  /// (every 2^18), one thread of one rank adds up a piece block by block from its first element on,
  /// and the pieces are added in ascending order. One pass over the inputs, whatever `count` is.
  ///
  /// ```swift
  /// let sums = try inputs.tensorSums(in: world, count: 2) { block, sums in
  ///   sums[0] += block.models[0].dot(block.models[1])
  ///   sums[1] += block.models[0].squaredNorm()
  /// }
  /// let dot = sums[position][0]
  /// ```
  ///
  /// Integer tensors and those at the positions `skipping` are not read; their sums are 0. Every
  /// process of `world` needs to call this method.
  ///
  /// - Parameters:
  ///   - count: how many sums each tensor has.
  ///   - add: adds a block's contribution to each of `count` sums, which are 0 where a piece starts.
  ///     Called on several threads; must depend on nothing but the block.
  /// - Returns: for every tensor of the manifest, in its order, `count` sums.
  /// - Throws: `AgreedError` when reading failed on any rank.
  public func tensorSums(
    in world: any Fabric, count: Int, skipping: Set<Int> = [],
    _ add: @Sendable (_ block: ElementBlock, _ sums: inout [Double]) -> Void
  ) throws -> [[Double]] {
    let all = SlicePieces(
      manifest.slices(limit: Self.piece).filter {
        manifest.tensors[$0.tensor].dtype.isFloatingPoint && !skipping.contains($0.tensor)
      })
    if let notes = passes.notes {
      notes.add(self, .pieces(all))
      return manifest.tensors.map { _ in [Double](repeating: 0, count: count) }
    }
    let pieces = all.slices
    let own = all.own(part: world.globalRank, of: world.worldSize)
    let parts = try visit(
      Array(pieces[own]), in: world, makeState: { PieceSums(count: count) }
    ) { state, index, block in
      state.add(block, toPiece: own.lowerBound + index, add)
    }
    // Zero but at the owner, so that the sum over ranks is exact.
    var sums = [Double](repeating: 0, count: pieces.count * count)
    for part in parts {
      for (piece, values) in part.finished {
        for (n, value) in values.enumerated() { sums[piece * count + n] = value }
      }
    }
    try world.allReduce(&sums, .sum)
    var totals = Array(
      repeating: [Double](repeating: 0, count: count), count: manifest.tensors.count)
    for (index, piece) in pieces.enumerated() {
      for n in 0..<count { totals[piece.tensor][n] += sums[index * count + n] }
    }
    return totals
  }
}

/// What one thread has summed: the sums of its pieces by position.
private struct PieceSums {
  private(set) var finished: [(piece: Int, sums: [Double])] = []
  private let count: Int

  init(count: Int) { self.count = count }

  mutating func add(
    _ block: ElementBlock, toPiece piece: Int, _ add: (ElementBlock, inout [Double]) -> Void
  ) {
    if finished.last?.piece != piece {
      finished.append((piece, [Double](repeating: 0, count: count)))
    }
    add(block, &finished[finished.count - 1].sums)
  }
}
