import FusionCore

/// Draws the mean of the models back to the pre-trained one: θ = θ_0 + α (1/T) Σ_t (θ_t - θ_0).
///
/// Source: Wortsman et al., "Robust fine-tuning of zero-shot models", 2022,
/// https://arxiv.org/abs/2109.01903.
public final class WiSEFTAlgorithm: BaseAlgorithm, SimpleProfilerMixin {
  /// The name in configurations.
  public override class var targets: [String] { ["fusion_bench.method.WiSEFTAlgorithm"] }

  /// α, where to stop: 0 gives the pre-trained model, 1 the mean of the others.
  @Parameter("alpha") public var alpha = 0.5

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Refuses positions beyond the two ends.
  public override func validate() throws {
    guard (0...1).contains(alpha) else {
      throw ParameterError.invalid(
        key: "alpha", value: "\(alpha)", requirement: "must be from 0 to 1")
    }
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors()
    }
    let factor = alpha / Double(inputs.modelCount)
    return .model(
      ElementwiseMerge(inputs, label: "WiSE-FT") { block in
        for taskVector in block.models { block.sum.add(taskVector) }
        block.sum.scale(by: factor, onto: block.base)
      })
  }
}
