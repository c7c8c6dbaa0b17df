import ConfigTree
import FusionCore
import LinearAlgebra
import Tensors

/// Keeps the leading singular triplets of what every model changed.
///
/// For the weight of every linear layer: θ_t − θ_0 = U Σ Vᵀ, θ = θ_0 + U_r Σ_r V_rᵀ. All other
/// tensors are the model's own. The result is a model for each of the pool's.
///
/// Source: FusionBench's algorithm of that name, an experiment with Tang et al., "SMILE: Zero-Shot
/// Sparse Mixture of Low-Rank Experts Construction From Pre-Trained Foundation Models", 2024,
/// https://arxiv.org/abs/2408.10174.
public final class LowRankApproximation: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.smile_upscaling.error_accumulation.LowRankApproximation",
      "fusion_bench.method.smile_upscaling.LowRankApproximation",
    ]
  }

  /// r, the number of triplets.
  @Parameter("rank") public var rank = 128
  /// Accepted for FusionBench's configurations: matrices are computed on the CPU.
  @Parameter("device") public var device = ConfigNode(.null)

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets the number of triplets.
  public convenience init(rank: Int) {
    self.init()
    self.rank = rank
  }

  /// Refuses a negative number of triplets.
  public override func validate() throws {
    guard rank >= 0 else {
      throw ParameterError.invalid(
        key: "rank", value: "\(rank)", requirement: "must be 0 or more")
    }
  }

  /// Approximates every model of the pool.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let models = try profile("load models") {
      try world.agreeing {
        try validate()
        let base = try modelpool.loadPretrainedModel()
        guard modelpool.count > 0 else { throw PoolError.noModels }
        return try modelpool.namedModels().map { name, model in
          (
            name, model,
            try ElementwiseInputs(
              models: [(name, model)], base: base, quantity: .taskVectors)
          )
        }
      }
    }
    let rank = rank
    return .models(
      models.map { name, model, inputs in
        (
          name,
          MatrixMerge(inputs: inputs, world: world).merge(
            MatrixMerge.linearWeights(in: model.manifest), others: model,
            demand: { Self.demand($0, $1, rank: rank) }
          ) { try Self.approximate($0, rank: rank) }
        )
      })
  }

  private static func approximate(_ task: MatrixTask, rank: Int) throws {
    let change = try task.difference(0)
    let triplets = try task.algebra.leadingTriplets(
      of: change, rank: min(rank, change.rows, change.columns), noise: task.noise(of: change),
      accuracy: task.accuracy)
    task.algebra.scaleRows(of: triplets.right, by: triplets.values)
    task.algebra.multiply(
      triplets.left, .transposed, triplets.right, beta: 1, into: task.result)
  }

  /// What an m x n matrix takes.
  private static func demand(_ m: Int, _ n: Int, rank: Int) -> MatrixMerge.Demand {
    let side = min(m, n)
    let kept = min(rank, side)
    return MatrixMerge.Demand(
      seconds: MatrixCost.triplets(m, n, rank: kept) + MatrixCost.product(m, n, kept),
      numbers: 2 * m * n + kept * (m + n) + 3 * side * side)
  }
}
