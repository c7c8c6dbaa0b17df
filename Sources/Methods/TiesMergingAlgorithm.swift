import ConfigTree
import FusionCore
import Tensors
import Wording

/// Trims each task vector, elects a sign per position, and adds the values that agree with it.
///
/// With D elements in all and density K, a task vector keeps every value whose magnitude is at
/// least its k-th smallest, k = D - int(D·K), over all tensors together. The elected sign of a
/// position is that of the sum of trimmed values; where that is 0, of the sum of all elected signs.
/// Source: Yadav et al., "TIES-Merging", 2023, https://arxiv.org/abs/2306.01708, with FusionBench's
/// reading of it.
public class TiesMergingAlgorithm: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.TiesMergingAlgorithm",
      "fusion_bench.method.ties_merging.TiesMergingAlgorithm",
      "fusion_bench.method.ties_merging.ties_merging.TiesMergingAlgorithm",
    ]
  }

  /// How the values that agree with the elected sign are combined.
  public enum MergeFunction: String, ConfigChoice {
    case sum
    case mean
    case max
  }

  /// λ, what the merged task vector is multiplied by.
  @Parameter("scaling_factor") public var scalingFactor = 0.3
  /// How much of each task vector is kept: a percentage above 1, a fraction below.
  @Parameter("threshold") public var threshold = 20.0
  /// Names of tensors that take no part and stay as pre-trained.
  @Parameter("remove_keys") public var removeKeys: [String] = []
  /// How the values that agree with the elected sign are combined.
  @Parameter("merge_func") public var mergeFunction = MergeFunction.sum

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets the parameters.
  public convenience init(
    scalingFactor: Double, threshold: Double, mergeFunction: MergeFunction = .sum
  ) {
    self.init()
    self.scalingFactor = scalingFactor
    self.threshold = threshold
    self.mergeFunction = mergeFunction
  }

  /// Refuses thresholds that keep nothing or trim nothing.
  public override func validate() throws {
    guard threshold > 0, threshold < 100, threshold != 1 else {
      throw ParameterError.invalid(
        key: "threshold", value: "\(threshold)",
        requirement: "must be a percentage between 1 and 100 or a fraction between 0 and 1, "
          + "exclusive: 1 and 100 would trim nothing, 0 all but the largest value")
    }
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing { try validate() }
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors(joint: true)
    }
    return .model(try merge(inputs, label: "TIES merging"))
  }

  /// Merges task vectors in the one type that all tensors have together.
  ///
  /// - Parameter ontoFirst: whether to add to the first model instead of the base.
  func merge(
    _ inputs: ElementwiseInputs, label: String, ontoFirst: Bool = false
  ) throws -> ElementwiseMerge {
    let (removed, rank) = try world.agreeing {
      let removed = try removedPositions(in: inputs.manifest)
      return (removed, try cutRank(in: inputs, removed))
    }
    let (consensus, majority) = try profile("select thresholds, elect signs") {
      try inputs.trimming(rank, skipping: removed, in: world)
    }
    let (function, scalingFactor) = (mergeFunction.function, scalingFactor)
    return ElementwiseMerge(inputs, label: label, keeping: removed) { block in
      consensus.merge(block, majority: majority, function)
      guard ontoFirst else { return block.sum.scale(by: scalingFactor, onto: block.base) }
      block.sum.scale(by: scalingFactor, onto: block.models[0])
      block.sum.scale(by: 1, onto: block.base)
    }
  }

  /// Position of the cut from the smallest magnitude, from 1: FusionBench's k.
  private func cutRank(in inputs: ElementwiseInputs, _ removed: Set<Int>) throws -> Int {
    let count = inputs.elementCount(skipping: removed)
    let density = threshold > 1 ? threshold / 100 : threshold
    let rank = count - Int(Double(count) * density)
    guard rank > 0 else {
      throw ParameterError.invalid(
        key: "threshold", value: "\(threshold)",
        requirement: "trims nothing of the \(count) elements at hand")
    }
    return rank
  }

  /// Positions of the tensors that take no part.
  ///
  /// - Throws: `ParameterError` for a name that no tensor has.
  func removedPositions(in manifest: Manifest) throws -> Set<Int> {
    try Set(
      removeKeys.map { key in
        guard let position = manifest.position(of: TensorName(key)) else {
          let near = nearest(to: key, among: manifest.tensors.map(\.name.string))
          throw ParameterError.invalid(
            key: "method.remove_keys", value: "\(TensorName(key))",
            requirement: "no such tensor" + (near.map { "; did you mean '\($0)'?" } ?? ""))
        }
        return position
      })
  }
}

extension TiesMergingAlgorithm.MergeFunction {
  /// The kernel's name of it.
  var function: SignConsensus.Function {
    switch self {
    case .sum: .sum
    case .mean: .mean
    case .max: .max
    }
  }
}
