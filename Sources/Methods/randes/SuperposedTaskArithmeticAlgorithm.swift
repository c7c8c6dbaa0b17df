import FusionCore
import Tensors

/// RanDeS on task vectors: θ_t = θ0 + λ τ'_t, τ'_t taken out of the superposition of all task
/// vectors; tensors that are no targets are task arithmetic's, θ0 + λ Σ_s τ_s.
///
/// Source: Zhou et al., "RanDeS", 2025, https://arxiv.org/abs/2505.11204.
public class SuperposedTaskArithmeticAlgorithm: SuperposedAlgorithmBase {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.randes.SuperposedTaskArithmeticAlgorithm",
      "fusion_bench.method.randes.task_arithmetic.SuperposedTaskArithmeticAlgorithm",
      "fusion_bench.method.SuperposedTaskArithmeticAlgorithm",
    ]
  }

  /// λ, what task vectors are multiplied by.
  @Parameter("scaling_factor") public var scalingFactor = 0.5
  /// FusionBench's place for models; only null, since `merged_model_save_path` is the place here.
  @Parameter("model_path") public var modelPath: String? = nil

  /// Refuses a second place to save to.
  public override func validate() throws {
    try super.validate()
    if let modelPath {
      throw ParameterError.invalid(
        key: "model_path", value: modelPath,
        requirement: "models are saved to merged_model_save_path; use null")
    }
  }

  /// Makes a model for each of the pool's.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing { try validate() }
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors()
    }
    let scalingFactor = scalingFactor
    return try superposedModels(
      inputs,
      Recipe(
        label: "superposed task arithmetic", ofTaskVectors: true,
        others: { block in for taskVector in block.models { block.sum.add(taskVector) } },
        finish: { sum, base in sum.scale(by: scalingFactor, onto: base) }))
  }
}
