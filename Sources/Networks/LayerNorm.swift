/// Normalisation over the last dimension, with a learned scale and shift.
struct LayerNorm: Sendable {
  private let weight: TorchTensor
  private let bias: TorchTensor
  private let epsilon: Double

  init(_ name: String, size: Int, epsilon: Double, from source: ParameterSource) throws {
    weight = try source.take(name + ".weight", [size])
    bias = try source.take(name + ".bias", [size])
    self.epsilon = epsilon
  }

  func callAsFunction(_ input: TorchTensor) throws -> TorchTensor {
    try input.layerNorm(weight, bias: bias, epsilon: epsilon)
  }
}
