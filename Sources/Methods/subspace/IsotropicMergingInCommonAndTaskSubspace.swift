import FusionCore
import LinearAlgebra
import Tensors

/// Isotropic merging in which some directions belong to all tasks together and each task has some
/// of its own.
///
/// For every matrix: the leading c triplets of Στ, and of each task the leading n triplets of
/// τ_t − U_c U_cᵀ τ_t; the left and the right vectors are each made orthonormal by their polar
/// factor, and every direction gets the mean of all the singular values. All other tensors take
/// θ_0 + λ · mean_t τ_t.
///
/// Source: Marczak et al., "No Task Left Behind: Isotropic Model Merging with Common and
/// Task-Specific Subspaces", 2025, https://arxiv.org/abs/2502.04959.
public final class IsotropicMergingInCommonAndTaskSubspace: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.ISO_CTS_Merge",
      "fusion_bench.method.IsotropicMergingInCommonAndTaskSubspace",
      "fusion_bench.method.isotropic_merging.iso.IsotropicMergingInCommonAndTaskSubspace",
      "fusion_bench.method.isotropic_merging.iso.ISO_CTS_Merge",
    ]
  }

  /// λ, what the merged task vector is multiplied by.
  @Parameter("scaling_factor") public var scalingFactor = 1.0
  /// Which part of a matrix's rank is common to all tasks, about.
  @Parameter("common_space_fraction") public var commonSpaceFraction = 0.8
  /// Names of matrices that are averaged instead.
  @Parameter("exclude_keys") public var excludeKeys: [String]? = nil

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets the parameters.
  public convenience init(scalingFactor: Double, commonSpaceFraction: Double) {
    self.init()
    self.scalingFactor = scalingFactor
    self.commonSpaceFraction = commonSpaceFraction
  }

  /// Refuses fractions outside 0...1.
  public override func validate() throws {
    guard (0...1).contains(commonSpaceFraction) else {
      throw ParameterError.invalid(
        key: "common_space_fraction", value: "\(commonSpaceFraction)",
        requirement: "must be from 0 to 1")
    }
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors()
    }
    let matrices = try world.agreeing {
      try validate()
      return try MatrixMerge.matrices(in: inputs.manifest, excluding: excludeKeys ?? [])
    }
    let (scalingFactor, fraction) = (scalingFactor, commonSpaceFraction)
    let models = inputs.modelCount
    return .model(
      MatrixMerge(inputs: inputs, world: world).merge(
        matrices, others: .meanOfTaskVectors(inputs, "isotropic merging", scaledBy: scalingFactor),
        demand: { IsotropicDirections.demand($0, $1, fraction: fraction, models: models) }
      ) { task in
        try IsotropicDirections(task, fraction: fraction).add(
          to: task.result, scaledBy: scalingFactor)
      })
  }
}
