import FusionCore

/// Walks from one model to another in a straight line: θ = (1 - t) θ_1 + t θ_2.
///
/// The pool has exactly two models; their order counts, and `_pretrained_` may be one of them.
public final class LinearInterpolationAlgorithm: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.LinearInterpolationAlgorithm",
      "fusion_bench.method.linear.linear_interpolation.LinearInterpolationAlgorithm",
    ]
  }

  /// Where to stop: 0 gives the first model of the pool, 1 the second.
  @Parameter("t") public var t = 0.5

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets t.
  public convenience init(t: Double) {
    self.init()
    self.t = t
  }

  /// Refuses positions beyond the two models.
  public override func validate() throws {
    guard (0...1).contains(t) else {
      throw ParameterError.invalid(key: "t", value: "\(t)", requirement: "must be from 0 to 1")
    }
  }

  /// Interpolates the two models of the pool.
  ///
  /// - Throws: when the pool does not have two models, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing { try validate() }
    let inputs = try profile("load models") { try modelpool.pair() }
    let t = t
    return .model(
      ElementwiseMerge(
        inputs, label: "linear interpolation",
        combination: LinearCombination(weights: [1 - t, t])))
  }
}
