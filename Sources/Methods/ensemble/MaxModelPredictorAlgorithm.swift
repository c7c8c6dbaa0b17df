import FusionCore

/// Lets the models of the pool answer together: every element of the output is the largest of the
/// models' outputs.
public final class MaxModelPredictorAlgorithm: BaseAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.MaxModelPredictorAlgorithm",
      "fusion_bench.method.ensemble.MaxModelPredictorAlgorithm",
    ]
  }

  /// Makes an ensemble of all models.
  ///
  /// - Throws: when the pool has no models, or one cannot be opened.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing {
      .ensemble(try Ensemble(try modelpool.ensembleMembers(), combination: .maximum))
    }
  }
}
