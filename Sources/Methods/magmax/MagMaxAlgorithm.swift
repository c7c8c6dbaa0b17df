import FusionCore

/// Adds to each parameter the task vector that changes it most: θ = θ0 + λ τ_{t*}, with
/// t* = argmax_t |τ_t| element by element, the later model among equals.
///
/// Source: Marczak et al., "MagMax: Leveraging model merging for seamless continual learning",
/// 2024, https://arxiv.org/abs/2407.06322.
public final class MagMaxAlgorithm: ScaledTaskVector {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.MagMaxAlgorithm",
      "fusion_bench.method.magmax.MagMaxAlgorithm",
      "fusion_bench.method.magmax.magmax.MagMaxAlgorithm",
    ]
  }

  /// Makes the method with default parameters: λ is 0.5.
  public required init() {
    super.init()
    scalingFactor = 0.5
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let inputs = try taskVectors(of: modelpool)
    let scalingFactor = scalingFactor
    return .model(
      ElementwiseMerge(inputs, label: "MagMax") { block in
        block.setLargestMagnitude()
        block.sum.scale(by: scalingFactor, onto: block.base)
      })
  }
}
