import FusionCore

/// Makes a sparse mixture of experts (`MixtralModel`) of several Llama or Mistral decoders: the MLPs
/// of every model of the pool are one expert, all else is the pre-trained model's.
///
/// `num_experts` is the number of models, whatever the configuration says.
public final class MixtralMoEMergingAlgorithm: MixtralUpscalingAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.MixtralMoEMergingAlgorithm",
      "fusion_bench.method.mixture_of_experts.MixtralMoEMergingAlgorithm",
      "fusion_bench.method.mixture_of_experts.mixtral_merging.MixtralMoEMergingAlgorithm",
    ]
  }

  override class var isMerging: Bool { true }
}
