import FusionCore
import LinearAlgebra
import Tensors

/// Adds the largest values of each task vector, moved by a matrix that all tasks share and that
/// makes them disturb each other less outside the directions that they share.
///
/// For the weight matrices of the encoder: λ_t = λ / ‖τ_t‖; Δ descends from 0, by 400 steps of Adam
/// with rate 1e-4, on Σ_j Σ_rows (Σ_columns τ_j ∘ (τ_j − Σ_t λ_t (τ_t + Δ)))², its gradient without
/// the part in the leading left singular vectors of [U_1 … U_T], where U_t are those of τ_t;
/// θ = θ_0 + Σ_t λ_t m_t ∘ (τ_t + Δ), with m_t 1 where τ_t is among its largest. All other tensors
/// stay as pre-trained.
///
/// Source: Wei et al., "Modeling Multi-Task Model Merging as Adaptive Projective Gradient Descent",
/// 2025, https://arxiv.org/abs/2501.01230.
public final class DOGE_TA_Algorithm: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.DOGE_TA_Algorithm",
      "fusion_bench.method.doge_ta.DOGE_TA_Algorithm",
      "fusion_bench.method.doge_ta.doge_ta.DOGE_TA_Algorithm",
    ]
  }

  /// The shared directions of a matrix are its shorter side divided by this.
  @Parameter("subspace") public var subspace = 6
  /// How much of each task vector is kept, over all matrices: a percentage above 1, a fraction
  /// below.
  @Parameter("K") public var kept = 30.0
  /// λ, what the norm of a task vector in a matrix comes to.
  @Parameter("lamda") public var lambda = 0.07

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets the parameters.
  public convenience init(subspace: Int, kept: Double, lambda: Double) {
    self.init()
    self.subspace = subspace
    self.kept = kept
    self.lambda = lambda
  }

  /// Refuses parts of nothing and thresholds that trim nothing.
  public override func validate() throws {
    guard subspace >= 1 else {
      throw ParameterError.invalid(
        key: "subspace", value: "\(subspace)", requirement: "must be 1 or more")
    }
    guard kept >= 0, kept < 100, kept != 1 else {
      throw ParameterError.invalid(
        key: "K", value: "\(kept)",
        requirement: "must be a percentage between 1 and 100 or a fraction from 0 to 1, without 1 "
          + "and 100, which would trim nothing")
    }
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, they do not fit together, or have no
  ///   matrix of an encoder.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing { try validate() }
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors()
    }
    let tensors = inputs.manifest.tensors
    let matrices = tensors.indices.filter { Self.takesPart(tensors[$0]) }
    let others = Set(tensors.indices).subtracting(matrices)
    let rank = try world.agreeing {
      guard !matrices.isEmpty else {
        throw AlgorithmError.noTensors(
          needed: "matrices with 'encoder' and 'weight', without 'layer_norm', in their names",
          model: "_pretrained_")
      }
      let count = inputs.elementCount(skipping: others)
      let rank = count - Int(Double(count) * (kept > 1 ? kept / 100 : kept))
      return max(rank, 1)
    }
    let cuts = try profile("select thresholds") {
      try inputs.kthMagnitudes(rank, skipping: others, in: world)
    }
    let (subspace, lambda, models) = (subspace, lambda, inputs.modelCount)
    let untouched = ElementwiseMerge(
      inputs, label: "DOGE task arithmetic", keeping: Set(tensors.indices)
    ) { _ in }
    return .model(
      MatrixMerge(inputs: inputs, world: world).merge(
        matrices, others: untouched,
        demand: { SharedMove.demand($0, $1, models: models, subspace: subspace) }
      ) { task in
        let move = try SharedMove(task, subspace: subspace, lambda: lambda)
        try move.add(to: task.result, cuts: cuts)
      })
  }

  /// FusionBench's choice of tensors, those alone that can be decomposed.
  private static func takesPart(_ info: TensorInfo) -> Bool {
    let name = info.name.string
    return name.contains("encoder") && name.contains("weight") && !name.contains("layer_norm")
      && info.shape.count == 2 && info.dtype.isFloatingPoint && info.count > 0
  }
}

/// The task vectors of one matrix and Δ, the move that they share.
private struct SharedMove {
  private let algebra: MatrixAlgebra
  private let taskVectors: [Matrix<Double>]
  /// λ_t; 0 for a task vector that is zero.
  private let weights: [Double]
  private let move: Matrix<Double>

  private static let steps = 400

  init(_ task: MatrixTask, subspace: Int, lambda: Double) throws {
    algebra = task.algebra
    taskVectors = try (0..<task.modelCount).map { try task.taskVector($0) }
    let algebra = algebra
    weights = taskVectors.map { taskVector in
      let norm = algebra.rowDots(taskVector, taskVector).reduce(0, +).squareRoot()
      return norm > 0 ? lambda / norm : 0
    }
    move = try algebra.zeros(task.result.rows, task.result.columns)
    try descend(outside: try sharedDirections(task, subspace: subspace))
  }

  /// result += Σ_t λ_t (τ_t + Δ) where |τ_t| reaches the task's cut.
  func add(to result: Matrix<Double>, cuts: [Double]) throws {
    for ((taskVector, weight), cut) in zip(zip(taskVectors, weights), cuts) where weight != 0 {
      algebra.addSum(
        of: taskVector, and: move, scaledBy: weight, whereMagnitudesReach: cut, to: result)
    }
  }

  /// The leading left singular vectors of all tasks' leading left singular vectors, as rows.
  private func sharedDirections(_ task: MatrixTask, subspace: Int) throws -> Matrix<Double> {
    let (m, n) = (task.result.rows, task.result.columns)
    let perTask = min(m, n) / taskVectors.count
    let all = try algebra.zeros(perTask * taskVectors.count, m, of: Double.self)
    for (model, taskVector) in taskVectors.enumerated() where perTask > 0 {
      let own = try algebra.leadingTriplets(
        of: taskVector, rank: perTask, noise: task.noise(of: taskVector), accuracy: task.accuracy)
      all.setRows(from: model * perTask, to: own.left)
    }
    return try algebra.leadingTriplets(
      of: all, rank: min(min(m, n) / subspace, all.rows), noise: .fixed(task.accuracy.dependence),
      accuracy: task.accuracy
    ).right
  }

  /// Moves Δ by Adam on Σ_j Σ_r e_jr², e_jr = c_jr − Λ τ_j,r · Δ_r, with
  /// c_jr = τ_j,r · (τ_j,r − Σ_t λ_t τ_t,r) and Λ = Σ_t λ_t: every row on its own, but that the
  /// gradient loses its part in `shared`.
  private func descend(outside shared: Matrix<Double>) throws {
    let total = weights.reduce(0, +)
    guard total != 0 else { return }
    let sum = try algebra.zeros(move.rows, move.columns, of: Double.self)
    for (taskVector, weight) in zip(taskVectors, weights) {
      algebra.add(taskVector, scaledBy: weight, to: sum)
    }
    let starts = taskVectors.map { taskVector in
      zip(algebra.rowDots(taskVector, taskVector), algebra.rowDots(taskVector, sum)).map { $0 - $1 }
    }
    let gradient = try algebra.zeros(move.rows, move.columns, of: Double.self)
    let part = try algebra.zeros(shared.rows, move.columns, of: Double.self)
    var descent = try AdamDescent<Double>(
      algebra, rows: move.rows, columns: move.columns, rate: 1e-4)
    for _ in 0..<Self.steps {
      algebra.scaleRows(of: gradient, by: Array(repeating: 0, count: gradient.rows))
      for (taskVector, start) in zip(taskVectors, starts) {
        let errors = zip(start, algebra.rowDots(taskVector, move)).map { $0 - total * $1 }
        algebra.addRows(of: taskVector, scaledBy: errors.map { -2 * total * $0 }, to: gradient)
      }
      algebra.multiply(shared, .plain, gradient, into: part)
      algebra.multiply(shared, .transposed, part, alpha: -1, beta: 1, into: gradient)
      descent.move(move, against: gradient)
    }
  }

  /// What an m x n matrix of `models` models takes.
  static func demand(_ m: Int, _ n: Int, models: Int, subspace: Int) -> MatrixMerge.Demand {
    let side = min(m, n)
    // Elements that are gone through once take about as long as 16 multiplications.
    let step =
      MatrixCost.product(m, n, 16 * (models + 2)) + 2 * MatrixCost.product(m, n, side / subspace)
    return MatrixMerge.Demand(
      seconds: Double(models) * MatrixCost.triplets(m, n, rank: side / models)
        + Double(steps) * step,
      numbers: (models + 7) * m * n + side * (2 * m + n) + 3 * side * side)
  }
}
