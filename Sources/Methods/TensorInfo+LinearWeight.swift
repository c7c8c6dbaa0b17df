import Tensors

extension TensorInfo {
  /// Whether the tensor looks like the weight of a linear layer: a matrix called `weight` that is
  /// no embedding.
  ///
  /// A checkpoint does not say which layers it holds; names do, as Hugging Face gives them.
  var isLinearWeight: Bool {
    guard shape.count == 2, dtype.isFloatingPoint else { return false }
    let parts = name.string.split(separator: ".")
    return parts.last == "weight"
      && !parts.contains {
        $0.contains("embed") || $0.split(separator: "_").contains("emb")
          || ["wte", "wpe", "shared", "relative_attention_bias"].contains($0)
      }
  }
}
