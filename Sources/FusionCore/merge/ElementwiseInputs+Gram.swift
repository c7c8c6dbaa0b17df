extension ElementwiseInputs {
  /// The dot products of all models' values, or task vectors, with each other, tensor by tensor.
  ///
  /// One pass over the inputs; the same bits for any number of ranks and threads (`tensorSums`).
  /// Every process of `world` needs to call this method.
  ///
  /// - Parameter skipping: positions of tensors that are not read.
  /// - Returns: a matrix for every tensor of the manifest; 0 for integers and skipped tensors.
  /// - Throws: `AgreedError` when reading failed on any rank.
  public func gramMatrices(
    in world: any Fabric, skipping: Set<Int> = []
  ) throws -> [GramMatrix] {
    let size = modelCount
    let sums = try tensorSums(
      in: world, count: size * (size + 1) / 2, skipping: skipping
    ) { block, sums in
      var n = 0
      for i in 0..<size {
        for j in i..<size {
          sums[n] += block.models[i].dot(block.models[j])
          n += 1
        }
      }
    }
    return sums.map { GramMatrix(size: size, upperTriangle: $0) }
  }
}
