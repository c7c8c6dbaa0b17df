import FusionCore

/// Moves every parameter of the pre-trained model towards the other's by at most t: where the two are
/// closer than that, the other's is taken (nearswap).
///
/// θ = w θ_1 + (1 - w) θ_0 with w = min(1, t / |θ_1 - θ_0|). Source: alchemonaut,
/// https://huggingface.co/alchemonaut/QuartetAnemoi-70B-t0.0001.
public final class NearSwapMerging: BaseAlgorithm, SimpleProfilerMixin {
  /// The names in configurations.
  public override class var targets: [String] { ["fusion_bench.method.NearSwapMerging"] }

  /// The farthest that a parameter is moved.
  @Parameter("t") public var t = 0.0001

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Refuses a negative distance.
  public override func validate() throws {
    guard t >= 0 else {
      throw ParameterError.invalid(key: "t", value: "\(t)", requirement: "must not be negative")
    }
  }

  /// Merges the pool's model into its `_pretrained_`.
  ///
  /// - Throws: when the pool does not have `_pretrained_` and one other model, or they do not fit
  ///   together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing {
      try validate()
      _ = try modelpool.loadPretrainedModel()
      guard modelpool.count == 1 else {
        throw AlgorithmError.modelCount(
          needed: "exactly one model besides '_pretrained_'", models: modelpool.modelNames)
      }
    }
    let inputs = try profile("load models") { try modelpool.loadPretrainedModelAndValues() }
    let t = t
    return .model(ElementwiseMerge(inputs, label: "nearswap") { $0.moveBase(by: t) })
  }
}
