import FusionCore

/// Adds the scaled sum of task vectors to the pre-trained model: θ = θ0 + λ Σ_t (θ_t - θ0).
///
/// Source: Ilharco et al., "Editing models with task arithmetic", 2023,
/// https://arxiv.org/abs/2212.04089.
public class TaskArithmeticAlgorithm: ScaledTaskVector {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.TaskArithmeticAlgorithm",
      "fusion_bench.method.task_arithmetic.TaskArithmeticAlgorithm",
      "fusion_bench.method.task_arithmetic.task_arithmetic.TaskArithmeticAlgorithm",
    ]
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let inputs = try taskVectors(of: modelpool)
    return .model(
      ElementwiseMerge(
        inputs, label: "task arithmetic",
        combination: .sum(of: inputs.modelCount, ontoBase: scalingFactor)))
  }
}
