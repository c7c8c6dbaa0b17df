import FusionCore

/// Task arithmetic, the task vectors added one after the other: θ = θ_0 + λ Σ_t τ_t.
///
/// Source: a baseline of Tang et al., "Merging Models on the Fly Without Retraining: A Sequential
/// Approach to Scalable Continual Model Merging", 2025, https://arxiv.org/abs/2501.09522.
public final class ContinualTaskArithmeticForCLIP: ContinualAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.opcm.task_arithmetic.ContinualTaskArithmeticForCLIP",
      "fusion_bench.method.ContinualTaskArithmeticForCLIP",
      "fusion_bench.method.opcm.ContinualTaskArithmeticForCLIP",
    ]
  }

  /// λ, what every task vector is multiplied by.
  @Parameter("scaling_factor") public var scalingFactor = 0.3

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let scalingFactor = scalingFactor
    return try mergeSteps(of: modelpool) { models in
      ElementwiseMerge(
        try taskVectors(of: models, from: modelpool), label: "continual task arithmetic",
        combination: .sum(of: models.count, ontoBase: scalingFactor))
    }
  }
}
