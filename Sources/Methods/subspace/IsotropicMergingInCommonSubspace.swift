import FusionCore
import LinearAlgebra
import Tensors

/// Gives all directions of the summed task vectors the same strength.
///
/// For every matrix: Στ = U Σ Vᵀ, θ = θ_0 + λ σ̄ U Vᵀ with σ̄ the mean singular value. All other
/// tensors take θ_0 + λ · mean_t τ_t.
///
/// Source: Marczak et al., "No Task Left Behind: Isotropic Model Merging with Common and
/// Task-Specific Subspaces", 2025, https://arxiv.org/abs/2502.04959.
public final class IsotropicMergingInCommonSubspace: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.ISO_C_Merge",
      "fusion_bench.method.IsotropicMergingInCommonSubspace",
      "fusion_bench.method.isotropic_merging.iso.IsotropicMergingInCommonSubspace",
      "fusion_bench.method.isotropic_merging.iso.ISO_C_Merge",
    ]
  }

  /// λ, what the merged task vector is multiplied by.
  @Parameter("scaling_factor") public var scalingFactor = 1.0
  /// Names of matrices that are averaged instead.
  @Parameter("exclude_keys") public var excludeKeys: [String]? = nil

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets λ.
  public convenience init(scalingFactor: Double) {
    self.init()
    self.scalingFactor = scalingFactor
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors()
    }
    let matrices = try world.agreeing {
      try MatrixMerge.matrices(in: inputs.manifest, excluding: excludeKeys ?? [])
    }
    let scalingFactor = scalingFactor
    return .model(
      MatrixMerge(inputs: inputs, world: world).merge(
        matrices, others: .meanOfTaskVectors(inputs, "isotropic merging", scaledBy: scalingFactor),
        demand: Self.demand
      ) { task in
        let sum = try task.sumOfTaskVectors()
        try task.algebra.addIsotropic(
          sum, noise: task.noise(of: sum, count: task.modelCount), accuracy: task.accuracy,
          scaledBy: scalingFactor, to: task.result
        ) { $0.reduce(0, +) / Double($0.count) }
      })
  }

  /// What an m x n matrix takes.
  static func demand(_ m: Int, _ n: Int) -> MatrixMerge.Demand {
    let side = min(m, n)
    return MatrixMerge.Demand(
      // Rows that cancel each other keep the product of a square matrix in float64.
      seconds: MatrixCost.orthogonalizer(side, max(m, n))
        + MatrixCost.product(m, n, side, inSingle: max(m, n) >= 2 * side),
      numbers: 4 * m * n + 3 * side * side)
  }
}

extension StateDict where Self == ElementwiseMerge {
  /// θ_0 + λ · mean_t τ_t, what these methods do with tensors that are no matrices.
  static func meanOfTaskVectors(
    _ inputs: ElementwiseInputs, _ label: String, scaledBy factor: Double
  ) -> ElementwiseMerge {
    let models = inputs.modelCount
    return ElementwiseMerge(
      inputs, label: label, combination: .sum(of: models, ontoBase: factor / Double(models)))
  }
}
