import FusionCore

/// SLERP under the name that FusionBench gives it for causal language models.
public final class SlerpForCausalLM: SlerpMergeAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.SlerpForCausalLM",
      "fusion_bench.method.slerp.SlerpForCausalLM",
      "fusion_bench.method.slerp.slerp.SlerpForCausalLM",
    ]
  }

  /// Accepted for FusionBench's configurations; models are saved by `merged_model_save_path`.
  @Parameter("model_save_path") public var modelSavePath: String? = nil
  /// Accepted for FusionBench's configurations; progress is shown by `fabric.progress`.
  @Parameter("show_pbar") public var showProgressBar = false

  /// Interpolates the two models of the pool.
  ///
  /// - Throws: when the pool does not have two models, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    noteUnused(savePath: modelSavePath)
    return try super.run(modelpool)
  }
}
