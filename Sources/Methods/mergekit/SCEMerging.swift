import FusionCore
import Tensors

/// Selects the positions where task vectors vary most, calculates a weight for each model's tensor,
/// erases values of the minority sign (SCE).
///
/// Of each tensor the share `select_topk` of positions is kept whose variance over the models is
/// largest, of those where it is not 0. The weight of a model's tensor is η_t = Σ τ_t² / Σ_s Σ τ_s² of
/// what is left. At each position those τ_t count that have the sign of Σ τ_t:
/// θ = θ_0 + Σ η_t τ_t / Σ η_t. Source: Wan et al., "FuseChat: knowledge fusion of chat models", 2024,
/// https://arxiv.org/abs/2408.07990.
public final class SCEMerging: BaseAlgorithm, SimpleProfilerMixin {
  /// The names in configurations.
  public override class var targets: [String] { ["fusion_bench.method.SCEMerging"] }

  /// The share of positions that is kept, of those where the models differ.
  @Parameter("select_topk") public var topShare = 1.0
  /// The sum over models of a tensor's mean squares below which all weights are equal; mergekit's is
  /// 1e-6.
  @Parameter("min_mean_square") public var minMeanSquare = 0.0
  /// Accepted for mergekit's configurations; it changes no result.
  @Parameter("int8_mask") public var int8Mask = false

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Refuses shares that are none.
  public override func validate() throws {
    guard topShare > 0, topShare <= 1 else {
      throw ParameterError.invalid(
        key: "select_topk", value: "\(topShare)", requirement: "must be above 0 and at most 1")
    }
    guard minMeanSquare >= 0 else {
      throw ParameterError.invalid(
        key: "min_mean_square", value: "\(minMeanSquare)", requirement: "must not be negative")
    }
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing { try validate() }
    let inputs = try profile("load models") { try modelpool.loadPretrainedModelAndTaskVectors() }
    let selected = topShare < 1 ? try selecting(inputs) : inputs
    let count = inputs.modelCount
    let squares = try profile("calculate weights") {
      try selected.tensorSums(in: world, count: count) { block, sums in
        for (m, model) in block.models.enumerated() { sums[m] += model.squaredNorm() }
      }
    }
    let weights = zip(squares, inputs.manifest.tensors).map { squares, tensor in
      let sum = squares.reduce(0, +)
      let isSmall = sum == 0 || sum / Double(max(tensor.count, 1)) < minMeanSquare
      return squares.map { isSmall ? 1 / Double(count) : $0 / sum }
    }
    let equal = [Double](repeating: 1, count: count)
    return .model(
      ElementwiseMerge(selected, label: "SCE") { block in
        block.consensus(
          .sum, voteWeights: equal, weights: weights[block.tensor], divisor: { max($0, 1e-6) })
        block.sum.scale(by: 1, onto: block.base)
      })
  }

  /// Task vectors that are 0 but where they vary most.
  private func selecting(_ inputs: ElementwiseInputs) throws -> ElementwiseInputs {
    let varying = try profile("count differences") {
      try inputs.tensorSums(in: world, count: 1) { block, sums in
        block.variance()
        for value in block.sum.values where value != 0 { sums[0] += 1 }
      }
    }
    let ranks = zip(inputs.manifest.tensors, varying).map { tensor, varying in
      [tensor.count - Int(varying[0] * topShare)]
    }
    let cuts = try profile("select positions") {
      try inputs.rankCuts(ranks, in: world, isSum: true) { block, _ in
        block.variance()
        return .float64(block.sum.values)
      }
    }
    return inputs.preparing { block in
      guard let cut = cuts[block.tensor].first else { return }
      block.variance()
      block.keepWhereSum(from: cut)
      block.sum.values.update(repeating: 0)
    }
  }
}
