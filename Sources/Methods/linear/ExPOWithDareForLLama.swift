import FusionCore

/// ExPO for Llamas, where θ̄ is the pre-trained model and the mean of task vectors of which values are
/// dropped at random, as `DareSimpleAverage` gives it: θ = θ_0 + (1 + α_k) (1/T) Σ_t m_t τ_t / (1 - p).
///
/// Sources: those of `ExPOAlgorithmForLlama` and `DareSimpleAverage`.
public final class ExPOWithDareForLLama: ExPOAlgorithmForLlama {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.linear.llama_expo.ExPOWithDareForLLama",
      "fusion_bench.method.ExPOWithDareForLLama",
    ]
  }

  /// p, the probability that a value of a task vector is dropped.
  @Parameter("dare_sparsity_ratio") public var sparsityRatio = 0.5
  /// Whether only weights of linear layers lose values.
  @Parameter("dare_only_on_linear_weights") public var onlyOnLinearWeights = true
  /// Whether values that stay are divided by 1 - p.
  @Parameter("dare_rescale") public var rescale = true
  /// Seed of the draws; null takes the program's, or 0.
  @Parameter("seed") public var seed: Int? = nil

  private var drops: DropParameters {
    DropParameters(
      sparsityRatio: sparsityRatio, onlyOnLinearWeights: onlyOnLinearWeights, rescale: rescale,
      seed: seed(seed), prefix: "dare_")
  }

  /// Refuses what is no probability, and what ExPO refuses.
  public override func validate() throws {
    try super.validate()
    try drops.validate()
  }

  /// Extrapolates from `_pretrained_` through the mean of the models without what is dropped.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, they do not fit together, or have no
  ///   `model.layers`.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing { try validate() }
    let inputs = try profile("load models") { try modelpool.loadPretrainedModelAndTaskVectors() }
    let factors = try world.agreeing { try extrapolationFactors(for: inputs.manifest) }
    return .model(
      ElementwiseMerge(drops.drop(inputs), label: "ExPO with DARE for Llama") { block in
        for taskVector in block.models { block.sum.add(taskVector) }
        block.sum.divide(by: Double(block.models.count))
        block.sum.scale(by: 1 + factors[block.tensor], onto: block.base)
      })
  }
}
