import FusionCore
import Tensors

/// Task arithmetic without the elements in which task vectors get in each other's way.
///
/// The conflict of an element is Ω = Σ_{i≠j} g_i |τ_j|, with g_i = |τ_i| in place of gradients
/// (`zero_shot`). With D elements in all floating-point tensors together and quantile q, elements
/// are kept whose Ω is below the smallest but int(D·q): θ = θ0 + λ Σ_t [Ω < cut] τ_t.
/// Source: Sun et al., "Task arithmetic in trust region", 2025,
/// https://openreview.net/forum?id=q3ztjJRQuJ.
public final class TaskArithmeticWithTrustRegionForCLIP: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.trust_region.clip_task_arithmetic.TaskArithmeticWithTrustRegionForCLIP",
      "fusion_bench.method.trust_region.TaskArithmeticWithTrustRegionForCLIP",
      "fusion_bench.method.TaskArithmeticWithTrustRegionForCLIP",
    ]
  }

  /// λ, what the sum of task vectors is multiplied by; a model for each of a list.
  @Parameter("scaling_factor") public var scalingFactor = NumberOrList.number(0.3)
  /// q, the share of elements that are kept.
  @Parameter("threshold_quantile") public var thresholdQuantile = 0.99
  /// Images per task for gradients; without effect where `zero_shot`.
  @Parameter("max_samples") public var maxSamples = 128
  /// Images per batch for gradients; without effect where `zero_shot`.
  @Parameter("batch_size") public var batchSize = 128
  /// Whether |τ| stands for the gradients, so that no data are needed.
  @Parameter("zero_shot") public var zeroShot = false

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets λ and q for merging without data.
  public convenience init(scalingFactor: NumberOrList, thresholdQuantile: Double) {
    self.init()
    self.scalingFactor = scalingFactor
    self.thresholdQuantile = thresholdQuantile
    zeroShot = true
  }

  /// Refuses what is no quantile.
  public override func validate() throws {
    guard (0...1).contains(thresholdQuantile) else {
      throw ParameterError.invalid(
        key: "threshold_quantile", value: "\(thresholdQuantile)", requirement: "must be from 0 to 1"
      )
    }
    if case .list(let factors) = scalingFactor {
      guard !factors.isEmpty, Set(factors).count == factors.count else {
        throw ParameterError.invalid(
          key: "scaling_factor", value: "\(factors)",
          requirement: "give a number, or a list of different numbers")
      }
    }
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when gradients are asked for, `_pretrained_` or the models are missing, or they do
  ///   not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing {
      try validate()
      guard zeroShot else {
        throw ParameterError.invalid(
          key: "method.zero_shot", value: "false",
          requirement: "needs gradients of the loss on training images, which are not computed; "
            + "with zero_shot=true the task vectors stand for them")
      }
    }
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors(joint: true)
    }
    let integers = inputs.manifest.integerPositions
    guard inputs.elementCount(skipping: integers) > 0 else {
      return .model(try world.agreeing { try modelpool.loadPretrainedModel() })
    }
    let cut = try profile("select the threshold") { try limit(of: inputs, skipping: integers) }
    func merge(_ factor: Double) -> ElementwiseMerge {
      ElementwiseMerge(inputs, label: "task arithmetic in trust region") { block in
        block.setSum(whereConflictBelow: cut)
        block.sum.scale(by: factor, onto: block.base)
      }
    }
    switch scalingFactor {
    case .number(let factor): return .model(merge(factor))
    case .list(let factors): return .models(factors.map { ("\($0)", merge($0)) })
    }
  }

  /// The conflict that kept elements lie below.
  private func limit(of inputs: ElementwiseInputs, skipping integers: Set<Int>) throws -> Double {
    let conflict: ElementwiseInputs = try world.agreeing {
      // A state dict of the conflicts, in the type that they are computed in.
      let measure = ElementwiseMerge(inputs, label: "conflict") { $0.setConflict() }
      return try ElementwiseInputs(
        models: [("conflict", try measure.casting(to: inputs.computingType))])
    }
    let count = inputs.elementCount(skipping: integers)
    let position = max(0, min(Int(Double(count) * thresholdQuantile), count - 1))
    return try conflict.kthMagnitudes(position + 1, skipping: integers, in: world)[0]
  }
}
