/// Multi-head self-attention over all tokens of an image.
struct CLIPAttention: Sendable {
  private let query: Linear
  private let key: Linear
  private let value: Linear
  private let output: Linear
  private let heads: Int

  init(_ name: String, _ config: CLIPVisionConfig, from source: ParameterSource) throws {
    func projection(_ part: String) throws -> Linear {
      try Linear(
        "\(name).\(part)", inputs: config.hiddenSize, outputs: config.hiddenSize, from: source)
    }
    query = try projection("q_proj")
    key = try projection("k_proj")
    value = try projection("v_proj")
    output = try projection("out_proj")
    heads = config.attentionHeads
  }

  /// What the tokens of `asking` find in those of `input`.
  ///
  /// - Parameters:
  ///   - input: `[n, tokens, hidden]`.
  ///   - asking: `[n, m, hidden]`.
  /// - Returns: `[n, m, hidden]`.
  func callAsFunction(_ input: TorchTensor, asking: TorchTensor) throws -> TorchTensor {
    try output(query(asking).attention(keys: key(input), values: value(input), heads: heads))
  }
}
