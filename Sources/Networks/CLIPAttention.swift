/// Multi-head self-attention over all tokens of an image.
struct CLIPAttention: Sendable {
  private let query: Linear
  private let key: Linear
  private let value: Linear
  private let output: Linear
  private let config: CLIPVisionConfig

  init(_ name: String, _ config: CLIPVisionConfig, from source: ParameterSource) throws {
    func projection(_ part: String) throws -> Linear {
      try Linear(
        "\(name).\(part)", inputs: config.hiddenSize, outputs: config.hiddenSize, from: source)
    }
    query = try projection("q_proj")
    key = try projection("k_proj")
    value = try projection("v_proj")
    output = try projection("out_proj")
    self.config = config
  }

  /// What the tokens of `asking` find in those of `input`.
  ///
  /// - Parameters:
  ///   - input: `[n, tokens, hidden]`.
  ///   - asking: `[n, m, hidden]`.
  /// - Returns: `[n, m, hidden]`.
  func callAsFunction(_ input: TorchTensor, asking: TorchTensor) throws -> TorchTensor {
    let scale = 1 / Double(config.headSize).squareRoot()
    let queries = try heads(of: query(asking).scale(by: scale))
    let keys = try heads(of: key(input)).transpose(2, 3)
    let weights = try queries.matmul(keys).softmax(dimension: -1)
    let mixed = try weights.matmul(heads(of: value(input)))
    return try output(mixed.transpose(1, 2).reshape(asking.shape))
  }

  /// `[n, tokens, hidden]` to `[n, heads, tokens, head]`.
  private func heads(of input: TorchTensor) throws -> TorchTensor {
    try input.reshape(Array(input.shape.dropLast()) + [config.attentionHeads, config.headSize])
      .transpose(1, 2)
  }
}
