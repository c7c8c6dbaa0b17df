/// A dense layer with a bias, and what experts beside it add (SMILE).
struct Linear: Sendable {
  private let weight: TorchTensor
  private let bias: TorchTensor
  private let experts: LowRankExperts?

  init(_ name: String, inputs: Int, outputs: Int, from source: ParameterSource) throws {
    let isUpscaled = source.has(name + ".gate.weights")
    let own = isUpscaled ? name + ".pretrained_model" : name
    weight = try source.take(own + ".weight", [outputs, inputs])
    bias = try source.take(own + ".bias", [outputs])
    experts =
      isUpscaled
      ? try LowRankExperts(name, inputs: inputs, outputs: outputs, from: source) : nil
  }

  func callAsFunction(_ input: TorchTensor) throws -> TorchTensor {
    let output = try input.linear(weight, bias: bias)
    return try experts.map { try output.add($0(input)) } ?? output
  }
}
