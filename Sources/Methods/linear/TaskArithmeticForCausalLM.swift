import FusionCore

/// Task arithmetic on causal language models, of the transformer layers alone if wanted.
///
/// With `merge_backbone` only `model.layers.*` is merged; embeddings, the last norm and the head are
/// those of `_pretrained_`, so vocabularies may differ.
public final class TaskArithmeticForCausalLM: TaskArithmeticAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.TaskArithmeticForCausalLM",
      "fusion_bench.method.TaskArithmeticForLlama",
      "fusion_bench.method.linear.task_arithmetic_for_causallm.TaskArithmeticForCausalLM",
      "fusion_bench.method.linear.task_arithmetic_for_causallm.TaskArithmeticForLlama",
    ]
  }

  /// Whether only the transformer layers are merged, into `_pretrained_`.
  @Parameter("merge_backbone") public var mergeBackbone = false
  /// Accepted for FusionBench's configurations; the program's `merged_model_save_path` saves.
  @Parameter("model_save_path") public var modelSavePath: String? = nil

  /// Merges the models of the pool, or their layers.
  ///
  /// - Throws: when models are missing or do not fit together, and for `merge_backbone` when
  ///   `_pretrained_` is missing or a model has no `model.layers`.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    noteUnused(savePath: modelSavePath)
    return try Backbone.mergeLayers(of: modelpool, alone: mergeBackbone) { try super.run($0) }
  }
}
