import FusionCore

/// Goes on in the direction of fine-tuning: θ = θ̄ + α (θ̄ - θ_0), θ̄ the mean of the models.
///
/// Source: Zheng et al., "Weak-to-strong extrapolation expedites alignment", 2024,
/// https://arxiv.org/abs/2404.16792.
public final class ExPOAlgorithm: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    ["fusion_bench.method.ExPOAlgorithm", "fusion_bench.method.linear.expo.ExPOAlgorithm"]
  }

  /// α, how far to go beyond the fine-tuned model, in units of the way from the pre-trained one.
  @Parameter("extrapolation_factor") public var extrapolationFactor = 0.1

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets α.
  public convenience init(extrapolationFactor: Double) {
    self.init()
    self.extrapolationFactor = extrapolationFactor
  }

  /// Extrapolates from `_pretrained_` through the mean of the models.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let inputs = try profile("load models") { try modelpool.loadPretrainedModelAndValues() }
    let factor = 1 + extrapolationFactor
    return .model(
      ElementwiseMerge(inputs, label: "ExPO") { block in
        for model in block.models { block.sum.add(model) }
        block.sum.divide(by: Double(block.models.count))
        block.sum.add(block.base, weight: -1)
        block.sum.scale(by: factor, onto: block.base)
      })
  }
}
