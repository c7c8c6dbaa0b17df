import FusionCore

/// Lets the models of the pool answer together: the output is the weighted sum of their outputs,
/// Σ_t w_t f_t(x), with w_t / Σ w for `normalize`.
public final class WeightedEnsembleAlgorithm: BaseAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.WeightedEnsembleAlgorithm",
      "fusion_bench.method.ensemble.WeightedEnsembleAlgorithm",
    ]
  }

  /// Whether weights are divided by their sum.
  @Parameter("normalize") public var normalize = true
  /// One weight per model, in pool order; null for equal weights.
  @Parameter("weights") public var weights: [Double]? = nil

  /// Refuses weights that cannot be normalised.
  public override func validate() throws {
    guard let weights, normalize else { return }
    let sum = weights.reduce(0, +)
    if sum == 0 || !sum.isFinite {
      throw ParameterError.invalid(
        key: "weights", value: "\(weights)",
        requirement: "their sum is \(sum), so they cannot be normalised; use normalize=false")
    }
  }

  /// Makes an ensemble of all models.
  ///
  /// - Throws: `AlgorithmError.weightCount`; when the pool has no models, or one cannot be opened.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing {
      try validate()
      let members = try modelpool.ensembleMembers()
      let given =
        weights ?? Array(repeating: 1 / Double(max(members.count, 1)), count: members.count)
      let sum = normalize ? given.reduce(0, +) : 1
      return .ensemble(try Ensemble(members, combination: .weighted(given.map { $0 / sum })))
    }
  }
}
