import FusionCore

/// A weighted mean of every parameter: θ = Σ_t w_t θ_t, with w_t / Σ w for `normalize`.
///
/// The pre-trained model takes no part.
public class WeightedAverageAlgorithm: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.WeightedAverageAlgorithm",
      "fusion_bench.method.weighted_average.WeightedAverageAlgorithm",
      "fusion_bench.method.weighted_average.weighted_average.WeightedAverageAlgorithm",
    ]
  }

  /// Whether weights are divided by their sum.
  @Parameter("normalize") public var normalize = true
  /// One weight per model, in pool order.
  @Parameter("weights") public var weights = [0.5, 0.5]
  /// Whether to log the weights that are used.
  @Parameter("verbose") public var verbose = true

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets the parameters.
  public convenience init(weights: [Double], normalize: Bool) {
    self.init()
    self.weights = weights
    self.normalize = normalize
  }

  /// Refuses weights that cannot be normalised.
  public override func validate() throws {
    if weights.isEmpty {
      throw ParameterError.invalid(
        key: "weights", value: "[]", requirement: "give one weight per model")
    }
    let sum = weights.reduce(0, +)
    if normalize && (sum == 0 || !sum.isFinite) {
      throw ParameterError.invalid(
        key: "weights", value: "\(weights)",
        requirement: "their sum is \(sum), so they cannot be normalised; use normalize=false")
    }
  }

  /// Averages the models of the pool.
  ///
  /// - Throws: `AlgorithmError.weightCount`, and when the models do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing {
      try validate()
      guard weights.count == modelpool.count else {
        throw AlgorithmError.weightCount(weights: weights.count, models: modelpool.modelNames)
      }
    }
    let sum = normalize ? weights.reduce(0, +) : 1
    let used = weights.map { $0 / sum }
    if verbose && world.isGlobalZero {
      let pairs = zip(modelpool.modelNames, used).map { "\($0): \($1)" }
      Log.line("weights: \(pairs.joined(separator: ", "))")
    }
    let inputs = try profile("load models") { try modelpool.values() }
    return .model(
      ElementwiseMerge(
        inputs, label: "weighted average", combination: LinearCombination(weights: used)))
  }
}
