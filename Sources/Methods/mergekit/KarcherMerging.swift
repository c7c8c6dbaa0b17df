import Foundation
import FusionCore
import Tensors

/// The Karcher mean of the models on a sphere: the direction whose squared angles to all of them have
/// the smallest sum, times the mean norm (mergekit's karcher).
///
/// Each tensor is one vector. From the normalised mean of the directions u_t on, u becomes
/// cos ‖v‖ · u + sin ‖v‖ · v/‖v‖ with v = mean_t φ_t/sin φ_t · (u_t - cos φ_t · u), φ_t the angle
/// between u and u_t, until ‖v‖ < `tol`. Source: Karcher, "Riemannian center of mass and mollifier
/// smoothing", 1977, https://doi.org/10.1002/cpa.3160300502.
public final class KarcherMerging: BaseAlgorithm, SimpleProfilerMixin {
  /// The names in configurations.
  public override class var targets: [String] { ["fusion_bench.method.KarcherMerging"] }

  /// The most steps.
  @Parameter("max_iter") public var maxIterations = 10
  /// Length of a step below which the mean is found.
  @Parameter("tol") public var tolerance = 1e-5

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Refuses a negative number of steps and a tolerance that is not positive.
  public override func validate() throws {
    guard maxIterations >= 0 else {
      throw ParameterError.invalid(
        key: "max_iter", value: "\(maxIterations)", requirement: "must not be negative")
    }
    guard tolerance > 0 else {
      throw ParameterError.invalid(
        key: "tol", value: "\(tolerance)", requirement: "must be positive")
    }
  }

  /// Merges the models of the pool.
  ///
  /// - Throws: when the pool has no models, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing { try validate() }
    let inputs = try profile("load models") { try modelpool.values() }
    let weights = try profile("find means") {
      try inputs.gramMatrices(in: world).map { coefficients($0) }
    }
    return .model(combination(inputs, label: "Karcher mean", hasBase: false, weights: weights))
  }

  /// What to multiply each model's tensor by.
  private func coefficients(_ products: GramMatrix) -> [Double] {
    guard products.size > 1 else { return [1] }
    let norms = (0..<products.size).map { products.norm($0) }
    let scale = norms.reduce(0, +) / Double(norms.count)
    // A NaN has no direction, and none may hide it.
    if scale.isNaN { return norms.map { _ in .nan } }
    // Tensors of zeros have no direction, but count in the norm.
    let valid = norms.indices.filter { norms[$0] > tolerance }
    guard let first = valid.first else { return norms.map { _ in 0 } }
    let share = 1 / Double(valid.count)
    var mean = [Double](repeating: 0, count: norms.count)
    for i in valid { mean[i] = share / norms[i] }
    let length = products.norm(of: mean)
    if length < tolerance {
      mean = norms.map { _ in 0 }
      mean[first] = 1 / norms[first]
    } else {
      mean = mean.map { $0 / length }
    }
    for _ in 0..<maxIterations {
      var step = [Double](repeating: 0, count: norms.count)
      for i in valid {
        let cosine = min(max(products.dot(i, with: mean) / norms[i], -1), 1)
        let angle = acos(cosine)
        // Opposite directions have no shortest way between them.
        guard angle >= tolerance, sin(angle) > 1e-12 else { continue }
        let factor = share * angle / sin(angle)
        step[i] += factor / norms[i]
        for j in mean.indices { step[j] -= factor * cosine * mean[j] }
      }
      let length = products.norm(of: step)
      if length < tolerance { break }
      mean = zip(mean, step).map { cos(length) * $0 + sin(length) / length * $1 }
      let norm = products.norm(of: mean)
      if norm > tolerance { mean = mean.map { $0 / norm } }
    }
    return mean.map { scale * $0 }
  }
}
