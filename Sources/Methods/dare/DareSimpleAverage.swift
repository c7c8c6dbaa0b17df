import FusionCore

/// The pre-trained model and the mean of task vectors of which values are dropped at random and
/// the others rescaled: θ = θ0 + (1/T) Σ_t m_t τ_t / (1 - p), m_t = 0 with probability p, else 1.
///
/// Source: Yu et al., "Language models are super Mario", 2023, https://arxiv.org/abs/2311.03099.
public final class DareSimpleAverage: BaseAlgorithm, DropsValues {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.DareSimpleAverage",
      "fusion_bench.method.dare.DareSimpleAverage",
      "fusion_bench.method.dare.simple_average.DareSimpleAverage",
    ]
  }

  /// p, the probability that a value of a task vector is dropped.
  @Parameter("sparsity_ratio") public var sparsityRatio = 0.5
  /// Whether only weights of linear layers lose values.
  @Parameter("only_on_linear_weights") public var onlyOnLinearWeights = false
  /// Whether values that stay are divided by 1 - p.
  @Parameter("rescale") public var rescale = true
  /// Seed of the draws; null takes the program's, or 0.
  @Parameter("seed") public var seed: Int? = nil

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets p and the seed.
  public convenience init(sparsityRatio: Double, seed: Int? = nil) {
    self.init()
    self.sparsityRatio = sparsityRatio
    self.seed = seed
  }

  /// Refuses what is no probability.
  public override func validate() throws { try drops.validate() }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try mergeDropped(modelpool, label: "DARE simple average") { block in
      for taskVector in block.models { block.sum.add(taskVector) }
      block.sum.divide(by: Double(block.models.count))
      block.sum.scale(by: 1, onto: block.base)
    }
  }
}
