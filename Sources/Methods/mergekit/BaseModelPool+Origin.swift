import FusionCore

extension BaseModelPool {
  /// Task vectors where there is a `_pretrained_`, else the models' values.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Throws: `AgreedError` when models are missing or do not fit together.
  func taskVectorsOrValues() throws -> ElementwiseInputs {
    hasPretrained ? try loadPretrainedModelAndTaskVectors() : try values()
  }
}
