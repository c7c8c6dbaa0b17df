import FusionCore

/// The running mean of the models: after t of them, θ = (θ (t − 1) + θ_t) / t.
///
/// Source: a baseline of Tang et al., "Merging Models on the Fly Without Retraining: A Sequential
/// Approach to Scalable Continual Model Merging", 2025, https://arxiv.org/abs/2501.09522.
public final class ContinualWeightAverageForCLIP: ContinualAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.opcm.weight_average.ContinualWeightAverageForCLIP",
      "fusion_bench.method.ContinualWeightAverageForCLIP",
      "fusion_bench.method.opcm.ContinualWeightAverageForCLIP",
    ]
  }

  /// Merges the models of the pool.
  ///
  /// - Throws: when the models are missing, or do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try mergeSteps(of: modelpool) { models in
      let inputs = try world.agreeing { try ElementwiseInputs(models: models) }
      return ElementwiseMerge(
        inputs, label: "continual weight average", combination: .mean(of: inputs.modelCount))
    }
  }
}
