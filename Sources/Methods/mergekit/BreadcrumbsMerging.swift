import FusionCore
import Tensors

/// Leaves out the largest and the smallest changes of every tensor, and adds the rest (Model
/// Breadcrumbs).
///
/// Of the n values of a tensor of task vector τ_t, the int(γ n) of largest magnitude are zeroed, and
/// as many of the smallest as it takes to keep int(density · n). θ = θ_0 + λ Σ_t w_t τ_t of what is
/// left. Source: Davari and Belilovsky, "Model breadcrumbs: scaling multi-task model merging with
/// sparse masks", 2023, https://arxiv.org/abs/2312.06795, with mergekit's parameters.
public class BreadcrumbsMerging: BaseAlgorithm, SimpleProfilerMixin {
  /// The names in configurations.
  public override class var targets: [String] { ["fusion_bench.method.BreadcrumbsMerging"] }

  /// The weight of each model.
  @Parameter("weight") public var weight: NumberOrList = .number(1)
  /// The share of each tensor's values that is kept.
  @Parameter("density") public var density: NumberOrList = .number(1)
  /// γ, the share of largest values that is left out.
  @Parameter("gamma") public var gamma: NumberOrList = .number(0.01)
  /// Whether the sum is divided by the sum of weights that took part.
  @Parameter("normalize") public var normalize = false
  /// Whether what is kept is scaled up to the sum of magnitudes that the whole tensor had.
  @Parameter("rescale") public var rescale = false
  /// λ, what the merged task vector is multiplied by.
  @Parameter("lambda") public var lambda = 1.0
  /// Accepted for mergekit's configurations; it changes no result.
  @Parameter("int8_mask") public var int8Mask = false

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  var vote: ElementBlock.SignVote { .none }

  /// Refuses shares that are none.
  public override func validate() throws {
    try density.check(key: "density", "must be above 0 and at most 1") { $0 > 0 && $0 <= 1 }
    try gamma.check(key: "gamma", "must be from 0 to below 1") { $0 >= 0 && $0 < 1 }
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, they do not fit together, or lists of
  ///   parameters have another length.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let names = modelpool.modelNames
    let (weights, densities, gammas) = try world.agreeing {
      try validate()
      return (
        try weight.values(for: names, key: "weight"),
        try density.values(for: names, key: "density"),
        try gamma.values(for: names, key: "gamma")
      )
    }
    let inputs = try profile("load models") { try modelpool.loadPretrainedModelAndTaskVectors() }
    let ranks = inputs.manifest.tensors.map { tensor in
      zip(densities, gammas).flatMap { Self.ranks(count: tensor.count, density: $0, gamma: $1) }
    }
    let cuts = try profile("select thresholds") {
      try inputs.rankCuts(ranks, in: world) { block, query in block.models[query / 2] }
    }
    var sparse = inputs.preparing { block in
      guard !cuts[block.tensor].isEmpty else { return }
      for m in block.models.indices {
        block.keep(m, from: cuts[block.tensor][2 * m], to: cuts[block.tensor][2 * m + 1])
      }
    }
    if rescale { sparse = try rescaled(sparse, to: inputs) }
    let consensus = SignConsensusMerge(
      vote: vote, weights: weights, normalize: normalize, lambda: lambda)
    return .model(consensus.merge(sparse, label: "model breadcrumbs"))
  }

  /// How many values of a tensor come before those that are kept, and before those that are too large.
  static func ranks(count: Int, density: Double, gamma: Double) -> [Int] {
    guard density < 1 else { return [0, count] }
    let kept = Int(density * Double(count))
    // The density comes first: fewer outliers are left out where too few values would stay.
    let top = min(Int(gamma * Double(count)), count - kept)
    return [count - kept - top, count - top]
  }

  /// Sparse task vectors, each tensor multiplied so that its magnitudes have their old sum.
  private func rescaled(
    _ sparse: ElementwiseInputs, to inputs: ElementwiseInputs
  ) throws -> ElementwiseInputs {
    let sums = try profile("measure norms") {
      try [inputs, sparse].map { inputs in
        try inputs.tensorSums(in: world, count: inputs.modelCount) { block, sums in
          for (m, model) in block.models.enumerated() { sums[m] += model.absoluteSum() }
        }
      }
    }
    let factors = zip(sums[0], sums[1]).map { before, after in
      zip(before, after).map { $0 < 1e-7 || $1 < 1e-7 ? 1 : $0 / $1 }
    }
    return sparse.preparing { block in
      for m in block.models.indices { block.multiply(m, by: factors[block.tensor][m]) }
    }
  }
}
