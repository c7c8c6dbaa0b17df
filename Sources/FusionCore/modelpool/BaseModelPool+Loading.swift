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
    try world.agreeing { try inputs(of: modelNames) }
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
      _ = try loadPretrainedModel()
      guard count > 0 else { throw PoolError.noModels }
      return try inputs(
        of: modelNames, base: "_pretrained_", quantity: joint ? .jointTaskVectors : .taskVectors)
    }
  }

  /// The pre-trained model and the values of the others, side by side.
  ///
  /// Every process of `world` needs to call this method: a model that one cannot open is everyone's
  /// failure.
  ///
  /// - Throws: `AgreedError` when models are missing or do not fit together.
  public func loadPretrainedModelAndValues() throws -> ElementwiseInputs {
    try world.agreeing {
      _ = try loadPretrainedModel()
      guard count > 0 else { throw PoolError.noModels }
      return try inputs(of: modelNames, base: "_pretrained_")
    }
  }

  /// Some models side by side, opened once: whoever asks for the same gets the same inputs, so that
  /// merges of them can be read together.
  ///
  /// - Parameters:
  ///   - names: the models whose values or task vectors are wanted.
  ///   - base: the model that task vectors are counted from.
  /// - Throws: what opening throws; `TensorError` where they do not fit together.
  public func inputs(
    of names: [String], base: String? = nil, quantity: ElementwiseInputs.Quantity = .values
  ) throws -> ElementwiseInputs {
    let kind = InputKind(models: names, base: base, quantity: quantity)
    if let inputs = inputs[kind] { return inputs }
    let made = try ElementwiseInputs(
      models: try names.map { ($0, try loadModel($0)) }, base: try base.map { try loadModel($0) },
      quantity: quantity, passes: PoolPasses(self))
    inputs[kind] = made
    return made
  }
}
