import FusionCore

/// The mean of every parameter over the models of the pool: θ = (1/T) Σ_t θ_t.
///
/// The pre-trained model takes no part. Source: model soups, Wortsman et al., 2022,
/// https://arxiv.org/abs/2203.05482.
public class SimpleAverageAlgorithm: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.SimpleAverageAlgorithm",
      "fusion_bench.method.simple_average.SimpleAverageAlgorithm",
    ]
  }

  /// Accepted for FusionBench's configurations; progress is shown by `fabric.progress`.
  @Parameter("show_pbar") public var showProgressBar = false
  /// Accepted for FusionBench's configurations; inputs are never changed here.
  @Parameter("inplace") public var inplace = true

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Averages the models of the pool.
  ///
  /// - Throws: when the pool has no models, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let inputs = try profile("load models") { try modelpool.values() }
    return .model(
      ElementwiseMerge(inputs, label: "simple average", combination: .mean(of: inputs.modelCount)))
  }
}
