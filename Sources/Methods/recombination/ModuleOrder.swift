import OrderedCollections
import Tensors

/// The order of `state_dict()`, rebuilt from names alone: a module's own parameters come before
/// those of the modules in it, numbers ascend, and names that belong together stand as in the known
/// architectures below; others keep the order that they have.
enum ModuleOrder {
  /// Names side by side in one module, as PyTorch and transformers register them.
  private static let known = [
    ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"],
    ["in_proj_weight", "in_proj_bias"],
    ["model", "lm_head"],
    // Llama, Mistral
    ["embed_tokens", "layers", "norm"],
    ["self_attn", "mlp", "input_layernorm", "post_attention_layernorm"],
    ["q_proj", "k_proj", "v_proj", "o_proj"],
    ["gate_proj", "up_proj", "down_proj"],
    // CLIP
    ["text_model", "vision_model", "visual_projection", "text_projection"],
    ["embeddings", "pre_layrnorm", "encoder", "post_layernorm"],
    ["token_embedding", "position_embedding"],
    ["embeddings", "encoder", "final_layer_norm"],
    ["self_attn", "layer_norm1", "mlp", "layer_norm2"],
    ["k_proj", "v_proj", "q_proj", "out_proj"],
    // GPT-2
    ["wte", "wpe", "h", "ln_f"],
    ["ln_1", "attn", "ln_2", "mlp"],
    // BERT, RoBERTa
    ["embeddings", "encoder", "pooler"],
    ["word_embeddings", "position_embeddings", "token_type_embeddings", "LayerNorm"],
    ["attention", "intermediate", "output"],
    ["self", "output"],
    ["query", "key", "value"],
    ["dense", "LayerNorm"],
    // ResNet
    ["conv1", "bn1", "layer1", "layer2", "layer3", "layer4", "fc"],
    ["conv1", "bn1", "conv2", "bn2", "conv3", "bn3", "downsample"],
  ]

  /// Deeper modules keep the order that they have.
  private static let depthLimit = 64

  /// The positions of all tensors in this order.
  static func positions(of manifest: Manifest) -> [Int] {
    let paths = manifest.tensors.map {
      $0.name.string.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }
    return sorted(Array(paths.indices), depth: 0, paths)
  }

  /// Tensors whose names agree in the first `depth` parts, in order.
  private static func sorted(_ positions: [Int], depth: Int, _ paths: [[String]]) -> [Int] {
    guard depth < depthLimit else { return positions }
    var groups: OrderedDictionary<String, [Int]> = [:]
    var own: OrderedDictionary<String, Int> = [:]
    for position in positions {
      let path = paths[position]
      if path.count > depth + 1 {
        groups[path[depth], default: []].append(position)
      } else {
        own[path[depth]] = position
      }
    }
    let parameters = ordered(Array(own.keys)).compactMap { own[$0] }
    return parameters
      + ordered(Array(groups.keys)).flatMap { sorted(groups[$0] ?? [], depth: depth + 1, paths) }
  }

  /// Names of one module's parameters, or of the modules in it.
  private static func ordered(_ names: [String]) -> [String] {
    if let table = known.first(where: { Set($0).isSuperset(of: names) }) {
      return table.filter(Set(names).contains)
    }
    let numbers = names.map { LayerTable.index($0) }
    guard !numbers.contains(nil) else { return names }
    return zip(numbers, names).sorted { ($0.0 ?? 0) < ($1.0 ?? 0) }.map(\.1)
  }
}
