import Foundation
import FusionCore
import Tensors

/// The weighted mean of several models on a sphere, of task vectors where there is a pre-trained
/// model (mergekit's multi-SLERP).
///
/// Each tensor is one vector x_t = n_t u_t of norm n_t. With m the normalised Σ w_t u_t, the result
/// is Σ w_t n_t times what the exponential map at m makes of v = Σ w_t (u_t - (u_t·m) m):
/// cos ‖v‖ · m + sin ‖v‖ · v/‖v‖. Source: Goddard, "MultiSLERP", 2025,
/// https://goddard.blog/posts/multislerp-wow-what-a-cool-idea.
public final class MultiSlerpMerging: BaseAlgorithm, SimpleProfilerMixin {
  /// The names in configurations.
  public override class var targets: [String] { ["fusion_bench.method.MultiSlerpMerging"] }

  /// The weight of each model.
  @Parameter("weight") public var weight: NumberOrList = .number(1)
  /// Whether weights are divided by their sum.
  @Parameter("normalize_weights") public var normalizeWeights = true
  /// Keeps divisions from 0, and is the norm below which a mean of directions has none.
  @Parameter("eps") public var epsilon = 1e-8

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Refuses an `eps` that is not positive.
  public override func validate() throws {
    guard epsilon > 0 else {
      throw ParameterError.invalid(key: "eps", value: "\(epsilon)", requirement: "must be positive")
    }
  }

  /// Merges the models of the pool.
  ///
  /// - Throws: when models are missing or do not fit together, and for weights of another number or
  ///   whose sum is 0.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let shares = try world.agreeing {
      try validate()
      return try self.shares(in: modelpool)
    }
    let inputs = try profile("load models") { try modelpool.taskVectorsOrValues() }
    let weights = try profile("measure angles") {
      try inputs.gramMatrices(in: world).map { coefficients($0, shares) }
    }
    return .model(
      combination(
        inputs, label: "multi-SLERP", hasBase: modelpool.hasPretrained, weights: weights))
  }

  private func shares(in modelpool: BaseModelPool) throws -> [Double] {
    let weights = try weight.values(for: modelpool.modelNames, key: "weight")
    guard normalizeWeights, !weights.isEmpty else { return weights }
    let sum = weights.reduce(0, +)
    guard sum != 0, sum.isFinite else {
      throw ParameterError.invalid(
        key: "method.weight", value: "\(weights)",
        requirement: "their sum is \(sum), so they cannot be normalised; "
          + "use normalize_weights=false")
    }
    return weights.map { $0 / sum }
  }

  /// What to multiply each model's tensor by.
  private func coefficients(_ products: GramMatrix, _ shares: [Double]) -> [Double] {
    guard products.size > 1 else { return [1] }
    let norms = (0..<products.size).map { products.norm($0) }
    let lengths = norms.map { $0 + epsilon }
    // Combinations of the tensors themselves, not of the unit vectors.
    var mean = zip(shares, lengths).map { $0 / $1 }
    let meanNorm = products.norm(of: mean)
    // Directions that cancel have no mean: the straight line instead.
    if meanNorm < epsilon { return shares }
    mean = mean.map { $0 / meanNorm }
    var tangent = [Double](repeating: 0, count: products.size)
    for i in 0..<products.size {
      let dot = products.dot(i, with: mean) / lengths[i]
      tangent[i] += shares[i] / lengths[i]
      for j in 0..<products.size { tangent[j] -= shares[i] * dot * mean[j] }
    }
    let angle = products.norm(of: tangent) + epsilon
    let scale = zip(norms, shares).reduce(0) { $0 + $1.0 * $1.1 }
    return zip(mean, tangent).map { scale * (cos(angle) * $0 + sin(angle) / angle * $1) }
  }
}
