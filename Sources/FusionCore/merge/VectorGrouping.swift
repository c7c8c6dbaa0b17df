internal import CFusionKernels
import Tensors

/// A tensor as one vector, or as many along its first or its last dimension.
public enum VectorGrouping: Sendable {
  /// One vector.
  case wholeTensor
  /// One vector for every row: all indices but the last one are fixed.
  case lastDimension
  /// One vector for every column: all indices but the first one are fixed.
  case firstDimension

  /// Whether a vector's elements are `length` apart, and that distance, or their number.
  private func plan(_ tensor: TensorInfo) -> (strided: Int32, length: Int) {
    switch self {
    case .wholeTensor: (0, max(tensor.count, 1))
    case .lastDimension: (0, max(tensor.shape.last ?? 1, 1))
    case .firstDimension:
      (1, max(tensor.count / max(tensor.shape.first ?? 1, 1), 1))
    }
  }

  /// How many vectors a tensor has.
  public func vectorCount(_ tensor: TensorInfo) -> Int {
    let (strided, length) = plan(tensor)
    return strided == 1 ? length : tensor.count / length
  }

  /// For every tensor and each of its vectors x·x, y·y and x·y, with x of the first model, y of the
  /// second.
  ///
  /// A tensor is gone through by one thread of one rank, in ascending order, so the sums have the
  /// same bits for any number of them. Every process of `world` needs to call this method.
  ///
  /// - Throws: `AgreedError` when reading failed on any rank.
  public func products(
    of inputs: ElementwiseInputs, in world: any Fabric
  ) throws -> [[Double]] {
    if case .wholeTensor = self {
      return try inputs.tensorSums(in: world, count: 3) { block, sums in
        sums[0] += block.models[0].squaredNorm()
        sums[1] += block.models[1].squaredNorm()
        sums[2] += block.models[0].dot(block.models[1])
      }
    }
    let manifest = inputs.manifest
    let counts = manifest.tensors.map { $0.dtype.isFloatingPoint ? 3 * vectorCount($0) : 0 }
    let starts = counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    let whole = SlicePieces(manifest.slices().filter { counts[$0.tensor] > 0 })
    if let notes = inputs.passes.notes {
      notes.add(inputs, .pieces(whole))
      return counts.map { [Double](repeating: 0, count: $0) }
    }
    let own = Array(whole.slices[whole.own(part: world.globalRank, of: world.worldSize)])
    let parts = try inputs.visit(own, in: world, makeState: { [(Int, [Double])]() }) {
      state, _, block in
      if state.last?.0 != block.tensor {
        state.append((block.tensor, [Double](repeating: 0, count: counts[block.tensor])))
      }
      add(block, manifest.tensors[block.tensor], to: &state[state.count - 1].1)
    }
    // Zero but at the owner, so that the sum over ranks is exact.
    var all = [Double](repeating: 0, count: starts[counts.count])
    for (tensor, products) in parts.joined() {
      for (n, value) in products.enumerated() { all[starts[tensor] + n] = value }
    }
    try world.allReduce(&all, .sum)
    return counts.indices.map { Array(all[starts[$0]..<starts[$0 + 1]]) }
  }

  private func add(_ block: ElementBlock, _ tensor: TensorInfo, to products: inout [Double]) {
    let (strided, length) = plan(tensor)
    switch (block.models[0], block.models[1]) {
    case (.float32(let x), .float32(let y)):
      ck_vector_products_f32(
        x.baseAddress, y.baseAddress, x.count, block.firstElement, length, strided, &products)
    case (.float64(let x), .float64(let y)):
      ck_vector_products_f64(
        x.baseAddress, y.baseAddress, x.count, block.firstElement, length, strided, &products)
    default: preconditionFailure("a block is computed in one type")
    }
  }

  /// Adds weighted vectors to a block's sum.
  ///
  /// - Parameter weights: for every vector of the tensor what to multiply those of the first and of
  ///   the second model by.
  public func mix(_ block: ElementBlock, _ tensor: TensorInfo, weights: [Double]) {
    let (strided, length) = plan(tensor)
    guard let sum = block.sum.values.baseAddress else { return }
    switch (block.models[0], block.models[1]) {
    case (.float32(let x), .float32(let y)):
      ck_vector_mix_f32(
        x.baseAddress, y.baseAddress, x.count, block.firstElement, length, strided, weights, sum)
    case (.float64(let x), .float64(let y)):
      ck_vector_mix_f64(
        x.baseAddress, y.baseAddress, x.count, block.firstElement, length, strided, weights, sum)
    default: preconditionFailure("a block is computed in one type")
    }
  }
}
