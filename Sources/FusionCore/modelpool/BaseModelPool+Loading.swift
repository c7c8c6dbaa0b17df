import Tensors

extension BaseModelPool {
  /// The pre-trained model.
  ///
  /// - Throws: `PoolError.noPretrained`, and what opening throws.
  public func loadPretrainedModel() throws -> any StateDict {
    guard hasPretrained else { throw PoolError.noPretrained(available: allModelNames) }
    return try loadModel("_pretrained_")
  }

  /// The pre-trained model, or the first of the others where there is none.
  ///
  /// - Throws: `PoolError.noModels`, and what opening throws.
  public func loadPretrainedOrFirstModel() throws -> any StateDict {
    if hasPretrained { return try loadPretrainedModel() }
    guard let first = modelNames.first else { throw PoolError.noModels }
    return try loadModel(first)
  }

  /// The models to be merged, one by one.
  ///
  /// - Throws: what opening throws.
  public func models() throws -> [any StateDict] { try modelNames.map { try loadModel($0) } }

  /// The models to be merged with their names.
  ///
  /// - Throws: what opening throws.
  public func namedModels() throws -> [(name: String, stateDict: any StateDict)] {
    try modelNames.map { ($0, try loadModel($0)) }
  }

  /// The values of the models to be merged, side by side.
  ///
  /// Every process of `world` needs to call this method: a model that one cannot open is everyone's
  /// failure.
  ///
  /// - Throws: `AgreedError` when models are missing or do not fit together.
  public func values() throws -> ElementwiseInputs {
    try world.agreeing { try ElementwiseInputs(models: try namedModels()) }
  }

  /// The pre-trained model and the task vectors of the others, side by side.
  ///
  /// Every process of `world` needs to call this method: a model that one cannot open is everyone's
  /// failure.
  ///
  /// - Parameter joint: whether task vectors are rounded to the one type that all tensors together
  ///   have, as in one flattened vector, and not tensor by tensor.
  /// - Throws: `AgreedError` when models are missing or do not fit together.
  public func loadPretrainedModelAndTaskVectors(joint: Bool = false) throws -> ElementwiseInputs {
    try world.agreeing {
      let base = try loadPretrainedModel()
      guard count > 0 else { throw PoolError.noModels }
      return try ElementwiseInputs(
        models: try namedModels(), base: base, quantity: joint ? .jointTaskVectors : .taskVectors)
    }
  }
}
