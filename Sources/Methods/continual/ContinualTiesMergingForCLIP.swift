import FusionCore
import Tensors

/// TIES merging of what is merged so far with the next model, added on top of it:
/// θ = θ_0 + λ τ_1, then θ = θ + λ · TIES(θ − θ_0, τ_t) for t = 2, 3 ….
///
/// Source: a baseline of Tang et al., "Merging Models on the Fly Without Retraining: A Sequential
/// Approach to Scalable Continual Model Merging", 2025, https://arxiv.org/abs/2501.09522.
public final class ContinualTiesMergingForCLIP: ContinualAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.opcm.ties_merging.ContinualTiesMergingForCLIP",
      "fusion_bench.method.ContinualTiesMergingForCLIP",
      "fusion_bench.method.opcm.ContinualTiesMergingForCLIP",
    ]
  }

  /// λ, what each step's merged task vector is multiplied by.
  @Parameter("scaling_factor") public var scalingFactor = 0.5
  /// How much of each task vector is kept: a percentage above 1, a fraction below.
  @Parameter("threshold") public var threshold = 20.0
  /// Names of tensors that take no part and stay as pre-trained.
  @Parameter("remove_keys") public var removeKeys: [String] = []
  /// How the values that agree with the elected sign are combined.
  @Parameter("merge_func") public var mergeFunction = TiesMergingAlgorithm.MergeFunction.sum

  /// Refuses thresholds that keep nothing or trim nothing.
  public override func validate() throws { try step().validate() }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let models = try orderedModels(of: modelpool)
    let method = step()
    let first = try taskVectors(of: [models[0]], from: modelpool)
    let scalingFactor = scalingFactor
    let removed = try world.agreeing { try method.removedPositions(in: first.manifest) }
    var merged = ElementwiseMerge(
      first, label: "continual TIES merging", keeping: removed
    ) { block in
      block.sum.add(block.models[0], weight: scalingFactor)
      block.sum.scale(by: 1, onto: block.base)
    }
    let wanted = wantedSteps(of: models)
    for (step, model) in models.enumerated() {
      if step > 0 {
        let inputs = try taskVectors(
          of: [("merged", merged), model], from: modelpool, joint: true)
        merged = try method.merge(inputs, label: merged.label, ontoFirst: true)
      }
      if wanted.contains(step) { try keep(merged, step: step, of: models) }
    }
    return .model(merged)
  }

  private func step() -> TiesMergingAlgorithm {
    let method = TiesMergingAlgorithm(
      scalingFactor: scalingFactor, threshold: threshold, mergeFunction: mergeFunction)
    method.removeKeys = removeKeys
    method.fabric = fabric
    return method
  }
}
