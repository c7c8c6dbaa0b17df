import FusionCore

/// A weighted mean of causal language models, of everything but the head if wanted.
///
/// With `backbone_only` only `model.*` is merged, by weights; the other tensors, such as the head,
/// are those of `_pretrained_`, or of the first model where there is none.
public final class WeightedAverageForLLama: WeightedAverageAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.WeightedAverageForLLama",
      "fusion_bench.method.weighted_average.WeightedAverageForLLama",
      "fusion_bench.method.weighted_average.llama.WeightedAverageForLLama",
    ]
  }

  /// Whether only `model.*` is merged.
  @Parameter("backbone_only") public var backboneOnly = true
  /// Accepted for FusionBench's configurations; the program's setting of that name saves models.
  @Parameter("merged_model_save_path") public var mergedModelSavePath: String? = nil
  /// Accepted for FusionBench's configurations; tokenizer files are copied with a saved model.
  @Parameter("save_tokenizer") public var saveTokenizer = true
  /// Accepted when false: nothing is uploaded.
  @Parameter("push_to_hub") public var pushToHub = false

  /// Refuses to upload, and what the weighted average refuses.
  public override func validate() throws {
    try super.validate()
    if pushToHub {
      throw ParameterError.invalid(
        key: "push_to_hub", value: "true", requirement: "nothing is uploaded; use false")
    }
  }

  /// Averages the models of the pool, or their bodies.
  ///
  /// - Throws: `AlgorithmError.weightCount`, and when the models do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    noteUnused(savePath: mergedModelSavePath, key: "merged_model_save_path")
    guard backboneOnly else { return try super.run(modelpool) }
    return try Backbone.body.merge(modelpool) { try super.run($0) }
  }
}
