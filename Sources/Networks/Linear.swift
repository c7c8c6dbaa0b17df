/// A dense layer with a bias.
struct Linear: Sendable {
  private let weight: TorchTensor
  private let bias: TorchTensor

  init(_ name: String, inputs: Int, outputs: Int, from source: ParameterSource) throws {
    weight = try source.take(name + ".weight", [outputs, inputs])
    bias = try source.take(name + ".bias", [outputs])
  }

  func callAsFunction(_ input: TorchTensor) throws -> TorchTensor {
    try input.linear(weight, bias: bias)
  }
}
