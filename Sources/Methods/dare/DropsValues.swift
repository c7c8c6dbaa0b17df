import FusionCore

/// A method whose parameters say which values of task vectors are dropped.
protocol DropsValues: BaseAlgorithm, SimpleProfilerMixin {
  /// p, the probability that a value of a task vector is dropped.
  var sparsityRatio: Double { get }
  /// Whether only weights of linear layers lose values.
  var onlyOnLinearWeights: Bool { get }
  /// Whether values that stay are divided by 1 - p.
  var rescale: Bool { get }
  /// Seed of the draws; null takes the program's, or 0.
  var seed: Int? { get }
}

extension DropsValues {
  /// What the parameters say.
  var drops: DropParameters {
    DropParameters(
      sparsityRatio: sparsityRatio, onlyOnLinearWeights: onlyOnLinearWeights, rescale: rescale,
      seed: seed(seed))
  }

  /// The task vectors of the pool without what is dropped, merged by a kernel.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  func mergeDropped(
    _ modelpool: BaseModelPool, label: String, kernel: @escaping @Sendable (ElementBlock) -> Void
  ) throws -> FusionResult {
    try world.agreeing { try validate() }
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors()
    }
    return .model(ElementwiseMerge(drops.drop(inputs), label: label, kernel: kernel))
  }
}
