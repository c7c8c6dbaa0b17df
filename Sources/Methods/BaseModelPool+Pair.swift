import FusionCore

extension BaseModelPool {
  /// The values of the pool's two models, special names included, in pool order: the first gives
  /// names and types.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Throws: `AgreedError` when there are not two models, or they do not fit together.
  func pair() throws -> ElementwiseInputs {
    try world.agreeing {
      let names = allModelNames
      guard names.count == 2 else {
        throw AlgorithmError.modelCount(
          needed: "exactly two models, special names included", models: names)
      }
      return try inputs(of: names)
    }
  }
}
