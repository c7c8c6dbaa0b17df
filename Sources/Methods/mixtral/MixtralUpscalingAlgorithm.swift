import FusionCore

/// Makes a sparse mixture of experts (`MixtralModel`) of a Llama or Mistral decoder: every expert is a
/// copy of the layer's MLP, the routers are new.
///
/// Source: Komatsuzaki et al., "Sparse upcycling: Training mixture-of-experts from dense checkpoints",
/// 2022, https://arxiv.org/abs/2212.05055.
public class MixtralUpscalingAlgorithm: BaseAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.MixtralUpscalingAlgorithm",
      "fusion_bench.method.mixture_of_experts.MixtralUpscalingAlgorithm",
      "fusion_bench.method.mixture_of_experts.mixtral_upcycling.MixtralUpscalingAlgorithm",
    ]
  }

  /// Experts per layer.
  @Parameter("num_experts") public var experts = 4
  /// Experts that a token goes through.
  @Parameter("experts_per_token") public var expertsPerToken = 2
  /// Only null is accepted: the program saves the model.
  @Parameter("save_checkpoint") public var savePath: String? = nil

  /// Whether the output is a whole language model with a head.
  class var isCausal: Bool { false }
  /// Whether every model of the pool is an expert; else all experts are copies of the base's.
  class var isMerging: Bool { false }

  /// Refuses numbers of experts that cannot be.
  public override func validate() throws {
    if !Self.isMerging {
      guard (1...4096).contains(experts) else {
        throw ParameterError.invalid(
          key: "num_experts", value: "\(experts)", requirement: "must be from 1 to 4096")
      }
      try check(perToken: experts)
    }
    guard expertsPerToken >= 1 else {
      throw ParameterError.invalid(
        key: "experts_per_token", value: "\(expertsPerToken)", requirement: "must be at least 1")
    }
    try refuseSavePath(savePath, key: "save_checkpoint")
  }

  /// Makes the mixture of `_pretrained_`, with the models of the pool as experts if it is a merge.
  ///
  /// - Throws: when a model is missing or none that Mixtral can be made of.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let model = try world.agreeing {
      try validate()
      let base = try modelpool.loadPretrainedModel()
      let experts = Self.isMerging ? try modelpool.models() : nil
      if let experts {
        guard !experts.isEmpty else { throw PoolError.noModels }
        try check(perToken: experts.count)
      }
      return try MixtralBuilder(
        base: base, experts: experts, count: self.experts, isCausal: Self.isCausal
      ).build(
        configuration: try modelpool.configuration(of: "_pretrained_"), perToken: expertsPerToken,
        seed: seed(nil), label: Self.isMerging ? "Mixtral merging" : "Mixtral upscaling")
    }
    return .model(model)
  }

  private func check(perToken experts: Int) throws {
    guard expertsPerToken <= experts else {
      throw ParameterError.invalid(
        key: "experts_per_token", value: "\(expertsPerToken)",
        requirement: "there are \(experts) expert(s)")
    }
  }
}
