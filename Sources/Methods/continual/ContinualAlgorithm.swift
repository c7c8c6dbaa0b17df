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
  /// Whether to save what is merged after each model, where the merged model is saved.
  @Parameter("save_on_every_step") public var savesEveryStep = true
  /// Whether to evaluate what is merged after each model, on the tasks of the models so far.
  @Parameter("evaluate_on_every_step") public var evaluatesEveryStep = true

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// A model under its name.
  typealias NamedModel = (name: String, stateDict: any StateDict)

  /// False where steps are saved or evaluated: that is between the passes.
  public override var sharesPasses: Bool { !savesEveryStep && !evaluatesEveryStep }

  private var savesSteps: Bool { savesEveryStep && program?.savesModels == true }
  private var evaluatesSteps: Bool {
    evaluatesEveryStep && program?.taskpool?.needsValues == true
      && program?.logDirectory?.isEmpty == false
  }

  /// The steps, from 0, whose models are wanted: all of them, or the last alone.
  func wantedSteps(of models: [NamedModel]) -> Range<Int> {
    (savesSteps || evaluatesSteps ? 0 : models.count - 1)..<models.count
  }

  /// Saves and evaluates what is merged after a step, as far as that is wanted:
  /// `checkpoints/merged_model_<step>` below the folder of the merged model, `report_<step>.json`
  /// in the log folder.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Throws: `AgreedError`, and what evaluating throws.
  func keep(_ model: any StateDict, step: Int, of models: [NamedModel]) throws {
    var stored: (any StateDict)?
    if savesSteps {
      stored = try profile("save steps") {
        try program?.saveCheckpoint(model, name: "merged_model_\(step)")
      }
    }
    guard evaluatesSteps, let taskpool = program?.taskpool else { return }
    let names = models.prefix(step + 1).map(\.name)
    try profile("evaluate steps") {
      let copy = try stored ?? world.materialise(StateDictGroup([model]))?[0]
      try world.onGlobalZero {
        guard let copy, let folder = program?.logDirectory else { return }
        let report = try taskpool.evaluate(copy, tasks: names)
        try ReportFolder(path: folder).write(report.text(), to: "report_\(step).json")
      }
    }
  }

  /// Merges the models one after the other, each step for itself.
  ///
  /// - Parameter merge: merges the first models.
  /// - Throws: what `merge`, saving and evaluating throw.
  func mergeSteps(
    of modelpool: BaseModelPool, _ merge: ([NamedModel]) throws -> any StateDict
  ) throws -> FusionResult {
    let models = try orderedModels(of: modelpool)
    var result: (any StateDict)?
    for step in wantedSteps(of: models) {
      let merged = try merge(Array(models.prefix(step + 1)))
      try keep(merged, step: step, of: models)
      result = merged
    }
    return result.map { .model($0) } ?? .none
  }

  /// The models in the order in which they come; written to `model_names.json` in the log folder.
  ///
  /// - Throws: when there are none, one cannot be opened or does not fit the others, or the file
  ///   cannot be written.
  func orderedModels(
    of modelpool: BaseModelPool
  ) throws -> [NamedModel] {
    let models = try world.agreeing {
      try validate()
      var models = try modelpool.namedModels()
      guard !models.isEmpty else { throw PoolError.noModels }
      if shuffleOrder {
        var random = PythonRandom(seed: seed(seed))
        random.shuffle(&models)
      }
      // Before the first steps are saved.
      _ = try ElementwiseInputs(models: models)
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
    of models: [NamedModel], from modelpool: BaseModelPool,
    joint: Bool = false
  ) throws -> ElementwiseInputs {
    try world.agreeing {
      try ElementwiseInputs(
        models: models, base: try modelpool.loadPretrainedModel(),
        quantity: joint ? .jointTaskVectors : .taskVectors)
    }
  }
}
