import Checkpoints
import FusionCore
import Tensors

/// Which tensors of a model on disk are one: those that share a storage in a PyTorch checkpoint, and
/// the input and output embeddings where `config.json` says `tie_word_embeddings`.
struct TiedWeights {
  /// A second name and the name of the tensor that it stands for; either may be missing.
  let pairs: [(alias: TensorName, primary: TensorName)]

  /// Looks at a model and the `config.json` beside it; one that cannot be read ties nothing.
  init(_ model: any StoredModel) {
    pairs = model.sharedTensors + Self.embeddings(model.manifest, try? model.configuration())
  }

  /// Names of output embeddings, and of the further input embeddings of models with two stacks.
  private static let aliases = [
    "lm_head.weight", "predictions.decoder.weight", "encoder.embed_tokens.weight",
    "decoder.embed_tokens.weight",
  ]
  /// The last part of the names of modules that hold the input embeddings.
  private static let embeddings: Set<Substring> = [
    "embed_tokens", "wte", "word_embeddings", "embed_in", "shared",
  ]

  private static func embeddings(
    _ manifest: Manifest, _ configuration: JSONValue?
  ) -> [(alias: TensorName, primary: TensorName)] {
    guard let configuration else { return [] }
    let places = [configuration, configuration["text_config"]]
    guard places.contains(where: { $0?["tie_word_embeddings"] == .bool(true) }) else { return [] }
    let names = manifest.tensors.map(\.name.string)
    let inputs = names.filter { name in
      let parts = name.split(separator: ".")
      return parts.count > 1 && parts.last == "weight"
        && embeddings.contains(parts[parts.count - 2])
    }
    // T5 keeps one for both stacks; elsewhere there is one stack.
    let shared = inputs.first { $0 == "shared.weight" || $0.hasSuffix(".shared.weight") }
    guard let primary = shared ?? (inputs.count == 1 ? inputs[0] : nil) else { return [] }
    let stored = names.filter { name in
      name != primary && aliases.contains { name == $0 || name.hasSuffix(".\($0)") }
    }
    // A model with one stack of its own calls its output this, whether or not it is stored.
    let all = stored.isEmpty ? ["lm_head.weight"] : stored
    return all.map { (TensorName($0), TensorName(primary)) }
  }

  /// The model with the tensors of `reference`: a second name is added or left out.
  ///
  /// - Throws: `TensorError` when sizes add up past `Int.max`.
  func aligned(_ model: any StateDict, to reference: Manifest) throws -> any StateDict {
    let missing = pairs.filter {
      model.manifest.position(of: $0.alias) == nil && reference.position(of: $0.alias) != nil
        && reference.position(of: $0.primary) != nil
    }
    let surplus = Set(
      pairs.filter {
        reference.position(of: $0.alias) == nil && reference.position(of: $0.primary) != nil
          && model.manifest.position(of: $0.alias) != nil
          && model.manifest.position(of: $0.primary) != nil
      }.map(\.alias))
    let fitting =
      surplus.isEmpty ? model : try SelectedStateDict(model) { !surplus.contains($0) }
    return missing.isEmpty ? fitting : try TiedStateDict(fitting, ties: missing)
  }

  /// The merged model with equal values wherever the reference holds one tensor under two names.
  ///
  /// - Throws: `TensorError` when sizes add up past `Int.max`.
  func tied(_ merged: any StateDict) throws -> any StateDict {
    let stored = pairs.filter {
      merged.manifest.position(of: $0.alias) != nil
        && merged.manifest.position(of: $0.primary) != nil
    }
    return stored.isEmpty ? merged : try TiedStateDict(merged, ties: stored)
  }
}
