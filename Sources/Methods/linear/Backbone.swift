import FusionCore
import Tensors

/// The part of language models that is merged when vocabularies or heads differ.
///
/// The other tensors are those of one model, whatever their shapes in the others.
struct Backbone {
  /// What the names of its tensors begin with.
  let prefix: String

  /// The transformer layers of a causal language model, as Hugging Face names them.
  static let layers = Backbone(prefix: "model.layers.")
  /// The layers, the embedding and the last norm: all but the head.
  static let body = Backbone(prefix: "model.")

  /// Merges the pool's models, or their transformer layers alone into `_pretrained_`.
  ///
  /// Every process of the pool's `world` needs to call this method.
  ///
  /// - Throws: `AgreedError` when models are missing or a model has no layers, and what `merge`
  ///   throws.
  static func mergeLayers(
    of modelpool: BaseModelPool, alone: Bool, _ merge: (BaseModelPool) throws -> FusionResult
  ) throws -> FusionResult {
    guard alone else { return try merge(modelpool) }
    try modelpool.world.agreeing { _ = try modelpool.loadPretrainedModel() }
    return try layers.merge(modelpool, merge)
  }

  /// Merges this part of the pool's models and puts it into `_pretrained_`, or into the first model
  /// where there is none.
  ///
  /// Every process of the pool's `world` needs to call this method.
  ///
  /// - Parameter merge: merges a pool of this part of all models.
  /// - Throws: `AgreedError` when models are missing or a model has no such tensors, and what
  ///   `merge` throws.
  func merge(
    _ modelpool: BaseModelPool, _ merge: (BaseModelPool) throws -> FusionResult
  ) throws -> FusionResult {
    let (whole, part) = try modelpool.world.agreeing {
      let part = BaseModelPool()
      for name in modelpool.allModelNames {
        let model = try modelpool.loadModel(name)
        let selected = try SelectedStateDict(model) { $0.string.hasPrefix(prefix) }
        guard !selected.manifest.tensors.isEmpty else {
          throw PoolError.noLayers(name, prefix: prefix)
        }
        try part.addModel(name, .model(selected))
      }
      return (try modelpool.loadPretrainedOrFirstModel(), part)
    }
    part.fabric = modelpool.fabric
    guard let merged = try merge(part).model else { return .none }
    return .model(try CompletedStateDict(merged, with: whole))
  }
}
