/// One layer of the transformer: attention and MLP, each normalised before and added to its input.
struct CLIPEncoderLayer {
  private let attention: CLIPAttention
  private let attentionNorm: LayerNorm
  private let widen: Linear
  private let narrow: Linear
  private let networkNorm: LayerNorm
  private let activation: Activation

  init(_ name: String, _ config: CLIPVisionConfig, from source: ParameterSource) throws {
    let size = config.hiddenSize
    attention = try CLIPAttention(name + ".self_attn", config, from: source)
    attentionNorm = try LayerNorm(
      name + ".layer_norm1", size: size, epsilon: config.layerNormEpsilon, from: source)
    widen = try Linear(
      name + ".mlp.fc1", inputs: size, outputs: config.intermediateSize, from: source)
    narrow = try Linear(
      name + ".mlp.fc2", inputs: config.intermediateSize, outputs: size, from: source)
    networkNorm = try LayerNorm(
      name + ".layer_norm2", size: size, epsilon: config.layerNormEpsilon, from: source)
    activation = config.activation
  }

  /// `[n, tokens, hidden]` to the same shape.
  func callAsFunction(_ input: TorchTensor) throws -> TorchTensor {
    let attended = try input.add(attention(attentionNorm(input)))
    return try attended.add(narrow(activation(widen(networkNorm(attended)))))
  }
}
