import FusionCore

/// TIES merging of task vectors of which values are dropped at random and the others rescaled.
///
/// Cut-offs and signs are those of what is left. Source: Yu et al., "Language models are super
/// Mario", 2023, https://arxiv.org/abs/2311.03099, with `TiesMergingAlgorithm` behind it.
public final class DareTiesMerging: BaseAlgorithm, DropsValues {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.DareTiesMerging",
      "fusion_bench.method.dare.DareTiesMerging",
      "fusion_bench.method.dare.ties_merging.DareTiesMerging",
    ]
  }

  /// p, the probability that a value of a task vector is dropped.
  @Parameter("sparsity_ratio") public var sparsityRatio = 0.5
  /// Whether only weights of linear layers lose values.
  @Parameter("only_on_linear_weights") public var onlyOnLinearWeights = false
  /// Whether values that stay are divided by 1 - p.
  @Parameter("rescale") public var rescale = true
  /// λ, what the merged task vector is multiplied by.
  @Parameter("scaling_factor") public var scalingFactor = 0.5
  /// How much of each dropped task vector is kept: a percentage above 1, a fraction below.
  @Parameter("threshold") public var threshold = 20.0
  /// Names of tensors that take no part and stay as pre-trained.
  @Parameter("remove_keys") public var removeKeys: [String] = []
  /// How the values that agree with the elected sign are combined.
  @Parameter("merge_func") public var mergeFunction = TiesMergingAlgorithm.MergeFunction.sum
  /// Seed of the draws; null takes the program's, or 0.
  @Parameter("seed") public var seed: Int? = nil

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets p, the density and the seed.
  public convenience init(sparsityRatio: Double, threshold: Double, seed: Int? = nil) {
    self.init()
    self.sparsityRatio = sparsityRatio
    self.threshold = threshold
    self.seed = seed
  }

  private var ties: TiesMergingAlgorithm {
    let ties = TiesMergingAlgorithm(
      scalingFactor: scalingFactor, threshold: threshold, mergeFunction: mergeFunction)
    ties.removeKeys = removeKeys
    ties.fabric = fabric
    return ties
  }

  /// Refuses what is no probability, and thresholds that keep nothing or trim nothing.
  public override func validate() throws {
    try drops.validate()
    try ties.validate()
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing { try validate() }
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors(joint: true)
    }
    let merge = try profile("select thresholds and signs") {
      try ties.merge(drops.drop(inputs), label: "DARE TIES merging")
    }
    return .model(merge)
  }
}
