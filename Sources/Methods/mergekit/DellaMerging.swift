import FusionCore
import Tensors

/// Drops values of task vectors at random, the smaller of a row sooner than the larger, rescales those
/// that stay, and adds those that have the elected sign (DELLA).
///
/// In each row (the last dimension) of τ_t, the value of rank k of n by magnitude, from 0, stays with
/// probability p = density - ε + 2ε k/(n - 1) and becomes τ/p. θ = θ_0 + λ Σ_t w_t τ_t′ over the
/// values with the sign of that sum, divided by the sum of their weights for `normalize`. Source: Deep
/// et al., "DELLA-merging: reducing interference in model merging through magnitude-based sampling",
/// 2024, https://arxiv.org/abs/2406.11617.
public class DellaMerging: BaseAlgorithm, SimpleProfilerMixin {
  /// The names in configurations.
  public override class var targets: [String] { ["fusion_bench.method.DellaMerging"] }

  /// The weight of each model.
  @Parameter("weight") public var weight: NumberOrList = .number(1)
  /// The share of values that is kept on average; 1 keeps all.
  @Parameter("density") public var density: NumberOrList = .number(1)
  /// ε, by how much the probability of the smallest and of the largest value differ from the density.
  @Parameter("epsilon") public var epsilon: NumberOrList = .number(0.15)
  /// Whether the sum is divided by the sum of weights that took part.
  @Parameter("normalize") public var normalize = true
  /// Whether values that stay are divided by their probability.
  @Parameter("rescale") public var rescale = true
  /// λ, what the merged task vector is multiplied by.
  @Parameter("lambda") public var lambda = 1.0
  /// Accepted for mergekit's configurations; it changes no result.
  @Parameter("int8_mask") public var int8Mask = false
  /// The seed; null takes the program's.
  @Parameter("seed") public var seed: Int? = nil

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  var electsSigns: Bool { true }

  /// Refuses shares that are none.
  public override func validate() throws {
    try density.check(key: "density", "must be above 0 and at most 1") { $0 > 0 && $0 <= 1 }
    try epsilon.check(key: "epsilon", "must be from 0 to below 0.5") { $0 >= 0 && $0 < 0.5 }
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, they do not fit together, lists of
  ///   parameters have another length, or density ± epsilon leaves 0…1.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try profile("load models") {
      try world.agreeing {
        try validate()
        let samplers = try samplers(for: modelpool.modelNames)
        let base = try modelpool.loadPretrainedModel()
        guard modelpool.count > 0 else { throw PoolError.noModels }
        let draws = RandomDraws(seed: seed(seed), manifest: base.manifest)
        let (elects, normalize, lambda) = (electsSigns, normalize, lambda)
        let weights = samplers.map(\.weight)
        return .model(
          try RowwiseMerge(
            [base] + modelpool.models(), label: "DELLA",
            matrices: Set(
              base.manifest.tensors.indices.filter {
                base.manifest.tensors[$0].dtype.isFloatingPoint
              })
          ) { row in
            for (m, sampler) in samplers.enumerated() {
              sampler.sample(row, model: m, draws)
            }
            row.mix(weights: weights, elects: elects, normalize: normalize, lambda: lambda)
          })
      }
    }
  }

  private func samplers(for names: [String]) throws -> [RowSampler] {
    let weights = try weight.values(for: names, key: "weight")
    let densities = try density.values(for: names, key: "density")
    let epsilons = try epsilon.values(for: names, key: "epsilon")
    return try names.indices.map { m in
      let (density, epsilon) = (densities[m], epsilons[m])
      guard density == 1 || (density - epsilon > 0 && density + epsilon < 1) else {
        throw ParameterError.invalid(
          key: "method.epsilon", value: "\(epsilon)",
          requirement: "density \(density) - epsilon must be above 0 and density + epsilon below 1")
      }
      return RowSampler(weight: weights[m], density: density, epsilon: epsilon, rescale: rescale)
    }
  }
}

/// Drops values of one model's task vector, row by row.
private struct RowSampler: Sendable {
  let weight: Double
  let density: Double
  let epsilon: Double
  let rescale: Bool

  /// Makes the row of model `model` its task vector, of which some values are dropped.
  func sample(_ row: MatrixRow, model: Int, _ draws: RandomDraws) {
    let values = row.values[model + 1]
    let base = row.result
    for i in values.indices { values[i] -= base[i] }
    row.round(values)
    guard density < 1 else { return }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: values.count) { random in
      draws.fill(random, tensor: row.tensor, model: model, from: row.firstElement)
      MatrixRow.drop(
        values, draws: random, from: density - epsilon, spread: 2 * epsilon, rescale: rescale)
    }
  }
}
