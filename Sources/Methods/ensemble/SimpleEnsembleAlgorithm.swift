import ConfigTree
import FusionCore
import Tensors

/// Lets the models of the pool answer together: the output is the mean of their outputs.
///
/// Source: Dietterich, "Ensemble methods in machine learning", 2000,
/// https://doi.org/10.1007/3-540-45014-9_1.
public final class SimpleEnsembleAlgorithm: BaseAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.SimpleEnsembleAlgorithm",
      "fusion_bench.method.ensemble.SimpleEnsembleAlgorithm",
    ]
  }

  /// Accepted for FusionBench's configurations; `taskpool.device` says where networks run.
  @Parameter("device_map") public var deviceMap = ConfigNode(.null)

  /// Makes an ensemble of all models.
  ///
  /// - Throws: when the pool has no models, or one cannot be opened.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    if !deviceMap.isNull && world.isGlobalZero {
      Log.line("no meaning in this program: method.device_map; see taskpool.device")
    }
    return try world.agreeing {
      .ensemble(try Ensemble(try modelpool.ensembleMembers(), combination: .mean))
    }
  }
}

extension BaseModelPool {
  /// The models to be merged, as members of an ensemble.
  func ensembleMembers() throws -> [(name: String, model: any StateDict)] {
    try namedModels().map { ($0.name, $0.stateDict) }
  }
}
