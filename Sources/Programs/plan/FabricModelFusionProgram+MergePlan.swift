import Checkpoints
import ConfigTree
import FusionCore
import ModelPools
import Tensors

extension FabricModelFusionProgram {
  /// Plans the job: what each of so many ranks would do. Only headers are read, nothing is written.
  ///
  /// This process reads no values from then on.
  ///
  /// - Throws: what making the method and the pool and opening the models throws;
  ///   `CheckpointError.headersOnly` (in an `AgreedError`) for a method whose work depends on
  ///   values.
  public func plan(_ options: PlanOptions) throws -> MergePlan {
    Checkpoint.readsValues = false
    // Methods that write reports find no folder for them.
    path = ConfigNode(.null)
    mergedModelSavePath = nil
    reportSavePath = .none
    let parts = try makeParts(sharing: nil)
    if parts.options.split != .layer {
      Log.line(
        "fabric.split=\(parts.options.split.rawValue) is not planned: what follows is the plan of"
          + " split=layer, in which every rank reads its part of all models")
    }
    let threads = parts.options.threads.count ?? 1
    parts.options.applyBuffers(threads: threads, ranks: options.ranks.max() ?? 1)
    let plan = try MethodPlan(parts.method, on: parts.pool)
    let models = try plan.result.namedModels.map { named in
      let model = try parts.pool.completed(named.model)
      return try parts.saving.dtype.map { try model.casting(to: $0.dtype) } ?? model
    }
    return MergePlan(
      plan, method: method["_target_"]?.string ?? "", models: models,
      opened: parts.pool.openedModels, threads: threads, options: options)
  }
}
