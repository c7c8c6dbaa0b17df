import ConfigTree
import Foundation
import FusionCore
import OrderedCollections
import Tensors

/// Improves the weights of task vectors by evaluating what they merge to:
/// θ_l = θ0_l + Σ_t w_{t,l} τ_{t,l}, with one weight per model, or one per model and layer.
///
/// The search needs no gradients: an evolution strategy (`CMAES`) proposes weights, the task pool
/// evaluates them, and the best weights seen are those of the result. The ranks merge candidates
/// together and evaluate them side by side.
public final class AdaptiveAlgorithm: BaseAlgorithm, SimpleProfilerMixin {
  /// Named after the example in FusionBench's guide to algorithms.
  public override class var targets: [String] { ["fusion_bench.method.AdaptiveAlgorithm"] }

  /// What is improved.
  public enum Metric: String, ConfigChoice {
    /// The mean accuracy; of equals the lower mean loss.
    case accuracy
    /// The mean loss; of equals the higher mean accuracy.
    case loss
  }

  /// The weights to begin with, one per model; null for 0.3 each.
  @Parameter("weights_initial") public var initialWeights: [Double]? = nil
  /// Whether every layer has weights of its own.
  @Parameter("layer_wise_weight") public var isLayerWise = false
  /// Generations of the search; 0 merges with the initial weights.
  @Parameter("adaptation_steps") public var steps = 20
  /// Candidates of a generation; null for 4 + ⌊3 ln n⌋ with n weights.
  @Parameter("population") public var population: Int? = nil
  /// How far from the initial weights the search begins, about.
  @Parameter("step_size") public var stepSize = 0.1
  /// What is improved.
  @Parameter("metric") public var metric = Metric.accuracy

  /// False: candidates are merged and evaluated in between.
  public override var sharesPasses: Bool { false }

  /// Times of the phases.
  public let profiler = SimpleProfiler()
  /// The best weights of the last run.
  private var adapted: JSONValue?

  /// Refuses numbers that no search can begin with.
  public override func validate() throws {
    func require(_ isMet: Bool, _ key: String, _ value: String, _ requirement: String) throws {
      if !isMet { throw ParameterError.invalid(key: key, value: value, requirement: requirement) }
    }
    try require(
      initialWeights != [], "weights_initial", "[]", "give one weight per model, or null")
    try require(
      (0...1_000_000).contains(steps), "adaptation_steps", "\(steps)", "must not be negative")
    try require(
      (4...100_000).contains(population ?? 4), "population", "\(population ?? 4)",
      "must be at least 4")
    try require(stepSize > 0, "step_size", "\(stepSize)", "must be positive")
  }

  /// The best weights, their scores and the step that found them.
  public override var reportEntries: OrderedDictionary<String, JSONValue> {
    adapted.map { ["adaptation": $0] } ?? [:]
  }

  /// Searches weights and merges with the best.
  ///
  /// - Throws: `AdaptiveError` without a task pool that evaluates; when models are missing or do not
  ///   fit together; what evaluating throws.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let taskpool = try world.agreeing {
      try validate()
      guard let taskpool = program?.taskpool else { throw AdaptiveError.noTaskPool }
      guard taskpool.needsValues else { throw AdaptiveError.noAverage }
      if let weights = initialWeights, weights.count != modelpool.count {
        throw ParameterError.invalid(
          key: "method.weights_initial", value: "\(weights)",
          requirement: "has \(weights.count) value(s), but the model pool has "
            + "\(modelpool.count) model(s): \(modelpool.modelNames)")
      }
      return taskpool
    }
    let inputs = try profile("load models") { try modelpool.loadPretrainedModelAndTaskVectors() }
    let merges = AdaptiveMerges(
      inputs: inputs, groups: WeightGroups(inputs.manifest, isLayerWise: isLayerWise))
    let initial = initialWeights ?? Array(repeating: 0.3, count: modelpool.count)
    let best = try profile("adapt") {
      try search(
        from: merges.groups.names.flatMap { _ in initial }, merges,
        AdaptiveEvaluator(world: world, taskpool: taskpool, candidates: candidates(of: merges)))
    }
    adapted = best.json(models: modelpool.modelNames, groups: merges.groups.names)
    if let folder = program?.logDirectory, let text = adapted?.text() {
      try world.onGlobalZero { try save(text, in: folder) }
    }
    return .model(merges.merge(best.weights))
  }

  /// Writes `adaptive_weights.json`.
  private func save(_ text: String, in folder: String) throws {
    let folder = URL(fileURLWithPath: (folder as NSString).expandingTildeInPath)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(
      to: folder.appendingPathComponent("adaptive_weights.json"), options: .atomic)
  }

  private func candidates(of merges: AdaptiveMerges) -> Int {
    population
      ?? CMAES.defaultPopulation(dimension: merges.groups.names.count * merges.inputs.modelCount)
  }

  /// The best weights of all that were evaluated, those to begin with among them.
  ///
  /// Rank 0 alone knows the state of the search; the others get its candidates.
  private func search(
    from initial: [Double], _ merges: AdaptiveMerges, _ evaluator: AdaptiveEvaluator
  ) throws -> AdaptedWeights {
    var search = CMAES(
      mean: initial, stepSize: stepSize, population: candidates(of: merges), seed: seed(nil))
    let score = try evaluator.scores(of: [merges.merge(initial)])[0]
    var best = AdaptedWeights(step: 0, weights: initial, score: score)
    log(best, step: 0)
    for step in 0..<steps {
      let candidates = try world.shared(
        world.isGlobalZero ? search.ask() : [], width: initial.count)
      let scores = try evaluator.scores(of: candidates.map(merges.merge))
      let order = scores.indices.sorted { a, b in
        scores[a].isBetter(than: scores[b], by: metric)
          || (!scores[b].isBetter(than: scores[a], by: metric) && a < b)
      }
      if world.isGlobalZero { search.tell(order) }
      let winner = order[0]
      if scores[winner].isBetter(than: best.score, by: metric) {
        best = AdaptedWeights(step: step + 1, weights: candidates[winner], score: scores[winner])
      }
      log(best, step: step + 1)
    }
    return best
  }

  private func log(_ best: AdaptedWeights, step: Int) {
    guard world.isGlobalZero else { return }
    Log.line(
      "adaptation step \(step) of \(steps): best accuracy \(best.score.accuracy), "
        + "loss \(best.score.loss)")
  }
}
