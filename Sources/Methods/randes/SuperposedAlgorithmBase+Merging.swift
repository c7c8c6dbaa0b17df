import FusionCore
import LinearAlgebra
import Tensors

extension SuperposedAlgorithmBase {
  /// What a method does besides superposing.
  struct Recipe: Sendable {
    /// What the merge is called.
    let label: String
    /// Whether task vectors are superposed and go onto the pre-trained model, and not values.
    let ofTaskVectors: Bool
    /// Sets the sum of a block whose tensor is no target.
    let others: @Sendable (ElementBlock) -> Void
    /// Makes the result of what was taken out, or of what `others` left, and the pre-trained model's
    /// values, if there are any.
    let finish: @Sendable (SumSlab, Slab) -> Void
  }

  /// A model for each of the inputs'.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Throws: `AgreedError` where layers cannot change places, or matrices do not fit into memory.
  func superposedModels(
    _ inputs: ElementwiseInputs, _ recipe: Recipe
  ) throws -> FusionResult {
    let targets = targetPositions(in: inputs.manifest)
    func report() throws {
      try self.report(
        inputs.manifest, targets: targets, models: inputs.modelCount,
        base: recipe.ofTaskVectors ? inputs.manifest : nil)
    }
    if mode.isDiagonal, shiftLayers == 0 {
      try report()
      let superposition = DiagonalSuperposition(
        contexts, manifest: inputs.manifest, targets: Set(targets), models: inputs.modelCount)
      return .models(
        inputs.modelNames.enumerated().map { model, name in
          let merge = ElementwiseMerge(inputs, label: "\(recipe.label) for \(name)") { block in
            if !superposition.retrieve(model, from: block) { recipe.others(block) }
            recipe.finish(block.sum, block.base)
          }
          return (name, merge)
        })
    }
    let superposition = try superposition(of: inputs, targets, ofTaskVectors: recipe.ofTaskVectors)
    try report()
    return .models(
      inputs.modelNames.enumerated().map { model, name in
        let others = ElementwiseMerge(inputs, label: "\(recipe.label) for \(name)") { block in
          recipe.others(block)
          recipe.finish(block.sum, block.base)
        }
        return (name, merge(superposition, model, inputs, recipe, others: others))
      })
  }

  /// The superposition of whole tensors.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Throws: `AgreedError` where layers cannot change places, or matrices do not fit into memory.
  func superposition(
    of inputs: ElementwiseInputs, _ targets: [Int], ofTaskVectors: Bool
  ) throws -> Superposition {
    try world.agreeing {
      let shift =
        shiftLayers == 0
        ? LayerShift.none
        : try LayerShift(
          shiftLayers, of: inputs.manifest, targets: targets, models: inputs.modelCount,
          seed: randomSeed)
      let superposition = Superposition(
        inputs, contexts, shift: shift, targets: Set(targets), ofTaskVectors: ofTaskVectors)
      for tensor in targets { try requireRoom(for: tensor, in: inputs.manifest, superposition) }
      return superposition
    }
  }

  /// Draws the random matrices.
  private var contexts: SuperpositionContexts {
    SuperpositionContexts(mode: mode, seed: randomSeed, differs: differentAcrossLayers)
  }

  private func merge(
    _ superposition: Superposition, _ model: Int, _ inputs: ElementwiseInputs, _ recipe: Recipe,
    others: ElementwiseMerge
  ) -> TensorwiseMerge {
    let tensors = inputs.manifest.tensors
    let wholes = superposition.tensors(of: model).map { tensor in
      let demand = superposition.demand(tensor)
      return TensorwiseMerge.Whole(
        tensor: tensor, cost: demand.seconds, bytes: demand.numbers * 8,
        bytesRead: demand.bytesRead + (recipe.ofTaskVectors ? tensors[tensor].byteCount : 0))
    }
    return TensorwiseMerge(wholes, others: others, in: world) { tensor, values in
      try superposition.pools.withPool { pool in
        let algebra = try MatrixAlgebra(tensor: "\(tensors[tensor].name)", pool: pool)
        try superposition.retrieve(model, tensor, into: values, algebra)
        let sum = SumSlab(values: values)
        guard recipe.ofTaskVectors else {
          return recipe.finish(sum, .float64(.init(start: nil, count: 0)))
        }
        let base = try algebra.matrix(1, values.count, of: Double.self)
        try base.withValues { base in
          try inputs.readBase(tensor, into: base)
          recipe.finish(sum, .float64(base))
        }
      }
    }
  }

  /// Refuses a tensor whose matrices need more memory than this process may take.
  private func requireRoom(
    for tensor: Int, in manifest: Manifest, _ superposition: Superposition
  ) throws {
    let info = manifest.tensors[tensor]
    let columns = info.shape.last ?? 1
    guard !mode.isDiagonal, info.count > 0 else { return }
    let bytes = superposition.demand(tensor).numbers.multipliedReportingOverflow(by: 8)
    let most = 2 * MemoryGate.share(of: world)
    guard bytes.overflow || bytes.partialValue > most else { return }
    throw ParameterError.invalid(
      key: "method.mode", value: mode.rawValue,
      requirement: "'\(info.name)' has \(columns) columns, so its matrices take "
        + "\(bytes.overflow ? "too many" : "\(bytes.partialValue >> 30)") GiB, and this process may "
        + "take \(most >> 30); take a diagonal mode, or leave the tensor out of target_layer")
  }
}
