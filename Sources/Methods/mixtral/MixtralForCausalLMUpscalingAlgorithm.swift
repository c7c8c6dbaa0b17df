import FusionCore

/// Makes a sparse mixture of experts (`MixtralForCausalLM`) of a Llama or Mistral language model:
/// every expert is a copy of the layer's MLP, the routers are new.
public final class MixtralForCausalLMUpscalingAlgorithm: MixtralUpscalingAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.MixtralForCausalLMUpscalingAlgorithm",
      "fusion_bench.method.mixture_of_experts.MixtralForCausalLMUpscalingAlgorithm",
      "fusion_bench.method.mixture_of_experts.mixtral_upcycling.MixtralForCausalLMUpscalingAlgorithm",
    ]
  }

  override class var isCausal: Bool { true }
}
