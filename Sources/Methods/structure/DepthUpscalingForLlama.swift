import FusionCore

/// Depth upscaling of a whole language model: of its layers `model.layers.N` (or those of any other
/// transformer with numbered layers), with the number of layers in its `config.json`.
public final class DepthUpscalingForLlama: DepthUpscalingAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.DepthUpscalingForLlama",
      "fusion_bench.method.depth_upscaling.DepthUpscalingForLlama",
      "fusion_bench.method.depth_upscaling.depth_upscaling_for_llama.DepthUpscalingForLlama",
    ]
  }

  /// Only null is accepted: the program saves the model.
  @Parameter("model_save_path") public var modelSavePath: String? = nil

  /// Refuses an empty list, and a path that nothing would be written to.
  public override func validate() throws {
    try super.validate()
    try refuseSavePath(modelSavePath, key: "model_save_path")
  }

  /// Restacks `_pretrained_`, or the first model.
  ///
  /// - Throws: when the pool is empty, the model has no layers, or a layer is missing.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing {
      try validate()
      let model = try modelpool.loadPretrainedOrFirstModel()
      let name = modelpool.hasPretrained ? "_pretrained_" : modelpool.modelNames[0]
      return .model(
        try restacked(
          model, try LayerTable(model), configuration: try modelpool.configuration(of: name)))
    }
  }
}

/// Refuses a path under which FusionBench's method saves its model by itself.
func refuseSavePath(_ path: String?, key: String) throws {
  guard let path else { return }
  throw ParameterError.invalid(
    key: key, value: path, requirement: "the program saves the model: use merged_model_save_path")
}
