import Foundation
import Tensors

/// Experts beside a dense layer, and the gate that chooses among them for every token (SMILE).
///
/// The weights of the experts are the softmax of the lengths of what the gate's rows of each see of a
/// token; the largest stay and are divided by their sum.
struct LowRankExperts: Sendable {
  /// A product of two narrow matrices, or one whole matrix.
  private struct Expert {
    private let factors: [TorchTensor]
    private let bias: TorchTensor

    init(_ name: String, inputs: Int, outputs: Int, from source: ParameterSource) throws {
      bias = try source.take(name + ".bias", [outputs])
      guard source.has(name + ".svh") else {
        factors = [try source.take(name + ".weight", [outputs, inputs])]
        return
      }
      let rank = try source.shape(of: name + ".svh").first ?? 0
      factors = [
        try source.take(name + ".svh", [rank, inputs]),
        try source.take(name + ".u", [outputs, rank]),
      ]
    }

    func callAsFunction(_ input: TorchTensor) throws -> TorchTensor {
      let inner = try factors.dropLast().reduce(input) { try $0.linear($1) }
      return try inner.linear(factors[factors.count - 1], bias: bias)
    }
  }

  private let gate: TorchTensor
  /// A row of ones: sums up what belongs to one expert.
  private let ones: TorchTensor
  private let experts: [Expert]
  private let expertsPerToken: Int
  private let inputs: Int
  private let outputs: Int
  private let device: TorchDevice

  init(_ name: String, inputs: Int, outputs: Int, from source: ParameterSource) throws {
    var experts: [Expert] = []
    repeat {
      experts.append(
        try Expert(
          "\(name).experts.\(experts.count)", inputs: inputs, outputs: outputs, from: source))
    } while source.has("\(name).experts.\(experts.count).bias")
    let rank =
      try source.shape(of: name + ".gate.weights").reduce(1, *) / max(inputs, 1) / experts.count
    gate = try source.take(name + ".gate.weights", [experts.count * max(rank, 1), inputs])
    expertsPerToken = try source.integer(name + ".gate.top_k")
    guard (1...experts.count).contains(expertsPerToken) else {
      throw NetworkError.expertCount(
        layer: name, perToken: expertsPerToken, experts: experts.count)
    }
    ones = try TorchTensor(
      Array(repeating: 1, count: rank), shape: [1, rank], library: gate.library,
      device: source.device)
    device = source.device
    self.experts = experts
    self.inputs = inputs
    self.outputs = outputs
  }

  /// What the experts add, for `[..., inputs]`.
  func callAsFunction(_ input: TorchTensor) throws -> TorchTensor {
    let tokens = try input.reshape([-1, inputs])
    let weights = try weights(of: tokens)
    let count = tokens.shape[0]
    var sum: TorchTensor?
    for (number, expert) in experts.enumerated() {
      let own = (0..<count).map { weights[$0 * experts.count + number] }
      guard own.contains(where: { $0 != 0 }) else { continue }
      let factor = try TorchTensor(
        own, shape: [count, 1], library: gate.library, device: device)
      let part = try expert(tokens).multiply(factor)
      sum = try sum?.add(part) ?? part
    }
    // Without tokens there is nothing to choose an expert for.
    let all = try sum ?? experts[0](tokens)
    return try all.reshape(Array(input.shape.dropLast()) + [outputs])
  }

  /// The weight of every expert for every token, token after token.
  private func weights(of tokens: TorchTensor) throws -> [Float] {
    let seen = try tokens.linear(gate)
    let squares = try seen.multiply(seen).reshape([-1, ones.shape[1]]).linear(ones).floats()
    var weights = [Float](repeating: 0, count: squares.count)
    for start in stride(from: 0, to: squares.count, by: experts.count) {
      let lengths = squares[start..<start + experts.count].map { Double($0).squareRoot() }
      let chosen = lengths.indices.sorted { (lengths[$1], $0) < (lengths[$0], $1) }
        .prefix(expertsPerToken)
      guard let largest = chosen.first.map({ lengths[$0] }) else { continue }
      let shares = chosen.map { exp(lengths[$0] - largest) }
      let total = shares.reduce(0, +)
      for (expert, share) in zip(chosen, shares) { weights[start + expert] = Float(share / total) }
    }
    return weights
  }
}
