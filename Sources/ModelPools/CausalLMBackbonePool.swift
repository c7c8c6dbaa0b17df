import ConfigTree
import FusionCore
import Tensors

/// A pool of the transformer layers of language models, `model.layers.*`.
///
/// What is merged belongs into the whole pre-trained model, or the first where there is none: its
/// embeddings, final norm and head stay as they are, so models whose vocabularies differ can be
/// merged.
public final class CausalLMBackbonePool: CausalLMPool {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.modelpool.CausalLMBackbonePool", "fusion_bench.CausalLMBackbonePool",
      "fusion_bench.modelpool.causal_lm.CausalLMBackbonePool",
    ]
  }

  private static let prefix = "model.layers."

  /// Opens the layers of a model.
  ///
  /// - Throws: `PoolError.noLayers`, and what opening throws.
  public override func load(_ config: ConfigNode, name: String) throws -> any StateDict {
    let model = try super.load(config, name: name)
    let layers = try SelectedStateDict(model) { $0.string.hasPrefix(Self.prefix) }
    guard !layers.manifest.tensors.isEmpty else {
      throw PoolError.noLayers(name, prefix: Self.prefix)
    }
    return layers
  }

  /// The pre-trained (else the first) model with `merged` in the place of its layers, however many.
  ///
  /// - Throws: what opening throws.
  public override func completed(_ merged: any StateDict) throws -> any StateDict {
    // What is no model needs no rest of one.
    guard !(merged.origin is any AdapterStateDict),
      let layers = try loadPretrainedOrFirstModel() as? SelectedStateDict
    else { return merged }
    // Layers that the merge left out must not come back.
    let rest = try SelectedStateDict(layers.source) {
      !$0.string.hasPrefix(Self.prefix) || merged.manifest.position(of: $0) != nil
    }
    return try super.completed(try CompletedStateDict(merged, with: rest))
  }
}
