import FusionCore

/// Adds to each parameter the task vector that changes it most: θ = θ0 + λ τ_{t*}, with
/// t* = argmax_t |τ_t| element by element, the later model among equals.
///
/// Source: Marczak et al., "MagMax: Leveraging model merging for seamless continual learning",
/// 2024, https://arxiv.org/abs/2407.06322.
public final class MagMaxAlgorithm: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.MagMaxAlgorithm",
      "fusion_bench.method.magmax.MagMaxAlgorithm",
      "fusion_bench.method.magmax.magmax.MagMaxAlgorithm",
    ]
  }

  /// λ, what the chosen values are multiplied by.
  @Parameter("scaling_factor") public var scalingFactor = 0.5
  /// Accepted for FusionBench's configurations; inputs are never changed here.
  @Parameter("inplace") public var inplace = true

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets λ.
  public convenience init(scalingFactor: Double) {
    self.init()
    self.scalingFactor = scalingFactor
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors()
    }
    let scalingFactor = scalingFactor
    return .model(
      ElementwiseMerge(inputs, label: "MagMax") { block in
        block.setLargestMagnitude()
        block.sum.scale(by: scalingFactor, onto: block.base)
      })
  }
}
