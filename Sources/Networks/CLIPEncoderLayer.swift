/// One layer of the transformer: attention and MLP, each normalised before and added to its input.
struct CLIPEncoderLayer: Sendable {
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
    let normalised = try attentionNorm(input)
    return try network(input.add(attention(normalised, asking: normalised)))
  }

  /// `[n, tokens, hidden]` to `[n, 1, hidden]`, the first token of what the whole layer makes.
  func classToken(_ input: TorchTensor) throws -> TorchTensor {
    let normalised = try attentionNorm(input)
    return try network(
      first(of: input).add(attention(normalised, asking: first(of: normalised))))
  }

  private func network(_ attended: TorchTensor) throws -> TorchTensor {
    try attended.add(narrow(activation(widen(networkNorm(attended)))))
  }

  private func first(of tokens: TorchTensor) throws -> TorchTensor {
    try tokens.select(0, dimension: 1).reshape([tokens.shape[0], 1, tokens.shape[2]])
  }
}
