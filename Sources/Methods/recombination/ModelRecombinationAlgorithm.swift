import FusionCore
import Tensors

/// Deals the layers of the models of a pool anew: as many new models come out as went in, and every
/// layer of every model is in exactly one of them.
///
/// Source: Hu et al., "Is aggregation the only choice? Federated learning via layer-wise model
/// recombination" (FedMR), 2023, https://arxiv.org/abs/2305.10730.
public final class ModelRecombinationAlgorithm: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.ModelRecombinationAlgorithm",
      "fusion_bench.method.model_recombination.ModelRecombinationAlgorithm",
    ]
  }

  /// Whether all new models are returned or the first alone; not null, it beats the argument of
  /// `run(_:returnModelPool:)`.
  @Parameter("return_modelpool") public var returnModelPool: Bool? = nil
  /// What moves between models as one piece.
  @Parameter("model_kind") public var modelKind = ModelKind.auto
  /// The order in which keys of a state dict or module dictionary are shuffled.
  @Parameter("key_order") public var keyOrder = KeyOrder.auto

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Recombines the models and returns them all, unless the configuration wants the first alone.
  ///
  /// - Throws: when the pool has no models, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try run(modelpool, returnModelPool: true)
  }

  /// Recombines the models of the pool.
  ///
  /// The program's seed, else 0, deals as Python's `random` does for it. Every process of `world`
  /// needs to call this method.
  ///
  /// - Parameter returnModelPool: whether to return a pool of all new models, under the names of the
  ///   old ones, or the first new model; the parameter `return_modelpool`, where not null, decides.
  /// - Throws: when the pool has no models, or they do not fit together.
  public func run(_ modelpool: BaseModelPool, returnModelPool: Bool) throws -> FusionResult {
    let (names, recombined) = try profile("recombine") {
      try world.agreeing {
        let models = try modelpool.namedModels()
        return (models.map(\.name), try recombine(models, of: modelpool))
      }
    }
    guard self.returnModelPool ?? returnModelPool else { return .model(recombined[0]) }
    return .pool(
      try BaseModelPool(zip(names, recombined).map { (name: $0, model: $1) }))
  }

  private func recombine(
    _ named: [(name: String, stateDict: any StateDict)], of modelpool: BaseModelPool
  ) throws -> [any StateDict] {
    guard let first = named.first else { throw PoolError.noModels }
    let models = named.map(\.stateDict)
    let seed = seed(nil)
    // A model in hand has no configuration to look at.
    switch modelKind.resolved(
      entry: try? modelpool.modelConfig(first.name), model: first.stateDict)
    {
    case .moduleList: return try recombineModelList(models, seed: seed)
    case .moduleDict: return try recombineModelDict(models, seed: seed, order: keyOrder)
    case .stateDict, .auto: return try recombineStateDict(models, seed: seed, order: keyOrder)
    }
  }
}
