import ConfigTree
import FusionCore
import Tensors
import Wording

/// What the methods have in common that merge models one after the other.
public class ContinualAlgorithm: BaseAlgorithm, SimpleProfilerMixin {
  /// Whether the models come in a random order or the pool's.
  @Parameter("shuffle_order") public var shuffleOrder = true
  /// Seed of the order; null takes the program's, or 0.
  @Parameter("seed") public var seed: Int? = nil
  /// Accepted for FusionBench's configurations: the last model alone is saved, by the program.
  @Parameter("save_on_every_step") public var savesEveryStep = true
  /// Accepted for FusionBench's configurations: the last model alone is evaluated.
  @Parameter("evaluate_on_every_step") public var evaluatesEveryStep = true

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// The models in the order in which they come; written to `model_names.json` in the log folder.
  ///
  /// - Throws: when there are none, one cannot be opened, or the file cannot be written.
  func orderedModels(
    of modelpool: BaseModelPool
  ) throws -> [(name: String, stateDict: any StateDict)] {
    let models = try world.agreeing {
      try validate()
      var models = try modelpool.namedModels()
      guard !models.isEmpty else { throw PoolError.noModels }
      if shuffleOrder {
        var random = PythonRandom(seed: seed(seed))
        random.shuffle(&models)
      }
      return models
    }
    try world.onGlobalZero {
      Log.line("order of the models: \(models.map { oneLine($0.name) }.joined(separator: ", "))")
      if let folder = program?.logDirectory, !folder.isEmpty {
        let names = JSONValue.array(models.map { .string($0.name) })
        try ReportFolder(path: folder).write("\(names.text())\n", to: "model_names.json")
      }
    }
    return models
  }

  /// The task vectors of some models, side by side.
  ///
  /// - Throws: when `_pretrained_` is missing, or the models do not fit together.
  func taskVectors(
    of models: [(name: String, stateDict: any StateDict)], from modelpool: BaseModelPool,
    joint: Bool = false
  ) throws -> ElementwiseInputs {
    try world.agreeing {
      try ElementwiseInputs(
        models: models, base: try modelpool.loadPretrainedModel(),
        quantity: joint ? .jointTaskVectors : .taskVectors)
    }
  }
}
