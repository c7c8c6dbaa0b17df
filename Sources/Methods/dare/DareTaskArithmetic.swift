import FusionCore

/// Task arithmetic on task vectors of which values are dropped at random and the others rescaled:
/// θ = θ0 + λ Σ_t m_t τ_t / (1 - p), m_t = 0 with probability p, else 1.
///
/// Source: Yu et al., "Language models are super Mario", 2023, https://arxiv.org/abs/2311.03099.
public final class DareTaskArithmetic: BaseAlgorithm, DropsValues {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.DareTaskArithmetic",
      "fusion_bench.method.dare.DareTaskArithmetic",
      "fusion_bench.method.dare.task_arithmetic.DareTaskArithmetic",
    ]
  }

  /// λ, what the sum of task vectors is multiplied by.
  @Parameter("scaling_factor") public var scalingFactor = 0.3
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

  /// Sets λ, p and the seed.
  public convenience init(scalingFactor: Double, sparsityRatio: Double, seed: Int? = nil) {
    self.init()
    self.scalingFactor = scalingFactor
    self.sparsityRatio = sparsityRatio
    self.seed = seed
  }

  /// Refuses what is no probability.
  public override func validate() throws { try drops.validate() }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let scalingFactor = scalingFactor
    return try mergeDropped(modelpool, label: "DARE task arithmetic") { block in
      for taskVector in block.models { block.sum.add(taskVector) }
      block.sum.scale(by: scalingFactor, onto: block.base)
    }
  }
}
