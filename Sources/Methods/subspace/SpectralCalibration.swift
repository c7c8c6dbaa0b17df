import FusionCore
import LinearAlgebra
import Tensors

/// Scales the directions of a merged model by how much the tasks have added up in them.
///
/// For every matrix: Δ = θ_merged − θ_0 = U Σ Vᵀ; with a_r = u_rᵀ Δ and a_r^t = u_rᵀ τ_t,
/// s_r^t = ⟨a_r, a_r^t⟩ / max(‖a_r^t‖², 1e-12) and γ_r = T / Σ_t max(α, s_r^t),
/// θ = θ_0 + U diag(γ_r σ_r) Vᵀ. All other tensors are the merged model's.
///
/// Source: "When Shared Knowledge Hurts: Spectral Over-Accumulation in Model Merging", 2026,
/// https://arxiv.org/abs/2602.05536.
struct SpectralCalibration {
  /// α, the least that a task counts.
  let alpha: Double
  /// The processes of the job.
  let world: any Fabric

  /// Refuses an α with which the sum in γ_r could be zero.
  ///
  /// - Throws: `ParameterError.invalid`.
  static func validate(alpha: Double) throws {
    guard alpha > 0 else {
      throw ParameterError.invalid(
        key: "alpha", value: "\(alpha)", requirement: "must be more than 0")
    }
  }

  /// Calibrates `merged`.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Parameters:
  ///   - merged: the merged model.
  ///   - pool: `_pretrained_` and the models that were merged.
  /// - Throws: `AgreedError` when models are missing or do not fit together.
  func calibrate(_ merged: any StateDict, with pool: BaseModelPool) throws -> FusionResult {
    let (inputs, matrices) = try world.agreeing {
      let base = try pool.loadPretrainedModel()
      guard pool.count > 0 else { throw PoolError.noModels }
      let inputs = try ElementwiseInputs(
        models: [("_merged_", merged)] + (try pool.namedModels()), base: base,
        quantity: .taskVectors)
      return (inputs, try MatrixMerge.matrices(in: merged.manifest, excluding: []))
    }
    let alpha = alpha
    let models = pool.count
    return .model(
      MatrixMerge(inputs: inputs, world: world).merge(
        matrices, others: merged, demand: { Self.demand($0, $1, models: models) }
      ) { try Self.calibrate($0, alpha: alpha) })
  }

  /// Calibrates one matrix; model 0 of the task is the merged one.
  private static func calibrate(_ task: MatrixTask, alpha: Double) throws {
    let algebra = task.algebra
    let merged = try task.difference(0)
    let directions = try algebra.leadingTriplets(
      of: merged, rank: min(merged.rows, merged.columns), noise: task.noise(of: merged),
      accuracy: task.accuracy)
    let responses = try algebra.product(directions.left, .plain, merged)
    let models = task.modelCount - 1
    var sums = directions.values.map { _ in 0.0 }
    for model in 1...models {
      let response = try algebra.product(directions.left, .plain, try task.difference(model))
      let common = algebra.rowDots(responses, response)
      let lengths = algebra.rowDots(response, response)
      for r in sums.indices { sums[r] += max(alpha, common[r] / max(lengths[r], 1e-12)) }
    }
    // θ = θ_0 + Δ + Σ_r (γ_r − 1) u_r a_rᵀ: null directions keep what little they have.
    let changes = zip(sums, directions.values).map { sum, value in
      value > 0 ? Double(models) / sum - 1 : 0
    }
    algebra.scaleRows(of: responses, by: changes)
    algebra.add(merged, to: task.result)
    algebra.multiply(directions.left, .transposed, responses, beta: 1, into: task.result)
  }

  /// What an m x n matrix of `models` models takes.
  private static func demand(_ m: Int, _ n: Int, models: Int) -> MatrixMerge.Demand {
    let side = min(m, n)
    return MatrixMerge.Demand(
      seconds: MatrixCost.triplets(m, n, rank: side)
        + Double(models + 2) * MatrixCost.product(m, n, side),
      numbers: 5 * m * n + side * (m + 2 * n) + 3 * side * side)
  }
}
