import FusionCore

/// What the methods have in common that make one task vector of all, scale it and add it to the
/// pre-trained model.
public class ScaledTaskVector: BaseAlgorithm, SimpleProfilerMixin {
  /// λ, what the one task vector is multiplied by.
  @Parameter("scaling_factor") public var scalingFactor = 0.3
  /// Accepted for FusionBench's configurations; inputs are never changed here.
  @Parameter("inplace") public var inplace = true

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets λ.
  public convenience init(scalingFactor: Double) {
    self.init()
    self.scalingFactor = scalingFactor
  }

  /// The pre-trained model and the task vectors of the others.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  final func taskVectors(of modelpool: BaseModelPool) throws -> ElementwiseInputs {
    try profile("load models") { try modelpool.loadPretrainedModelAndTaskVectors() }
  }
}
