import FusionCore

/// Makes a sparse mixture of experts (`MixtralForCausalLM`) of several Llama or Mistral language
/// models: the MLPs of every model of the pool are one expert, all else is the pre-trained model's.
///
/// `num_experts` is the number of models, whatever the configuration says.
public final class MixtralForCausalLMMergingAlgorithm: MixtralUpscalingAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.MixtralForCausalLMMergingAlgorithm",
      "fusion_bench.method.mixture_of_experts.MixtralForCausalLMMergingAlgorithm",
      "fusion_bench.method.mixture_of_experts.mixtral_merging.MixtralForCausalLMMergingAlgorithm",
    ]
  }

  override class var isCausal: Bool { true }
  override class var isMerging: Bool { true }
}
