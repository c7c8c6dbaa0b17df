import FusionCore
import LinearAlgebra
import Tensors

/// Keeps the leading singular vectors of each task vector, makes those of different tasks
/// orthogonal to each other, and adds up what they then span.
///
/// For every matrix: τ_t ≈ U_t Σ_t V_tᵀ of rank r = ⌊min(m, n) / T⌋, U = [U_1 … U_T], Û and V̂ the
/// orthogonal polar factors of U and V, θ = θ_0 + α Û Σ V̂ᵀ. All other tensors take
/// θ_0 + α · mean_t τ_t.
///
/// Source: Gargiulo et al., "Task Singular Vectors: Reducing Task Interference in Model Merging",
/// 2025, https://arxiv.org/abs/2412.00081.
public final class TaskSingularVectorMerging: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.TaskSingularVectorMerging",
      "fusion_bench.method.task_singular_vector.TaskSingularVectorMerging",
      "fusion_bench.method.task_singular_vector.TSVM.TaskSingularVectorMerging",
    ]
  }

  /// α: one number scales the merged task vector; a list, one per model, scales the task vectors
  /// before they are decomposed.
  @Parameter("alpha") public var alpha: NumberOrList? = .number(1)
  /// Names of matrices that are averaged instead.
  @Parameter("exclude_keys") public var excludeKeys: [String]? = nil
  /// Whether to return, besides the merged model, each task's share of it as a model of its own.
  @Parameter("return_single_task_models") public var returnSingleTaskModels = false

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together or to
  ///   the parameters.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors()
    }
    let (matrices, weights) = try world.agreeing {
      (
        try MatrixMerge.matrices(in: inputs.manifest, excluding: excludeKeys ?? []),
        try taskWeights(of: modelpool)
      )
    }
    guard returnSingleTaskModels else {
      return .model(
        merge(inputs, matrices, weights, alpha: alpha?.number ?? 1) { task, alpha in
          try Subspaces(task, weights)?.addAll(to: task.result, scaledBy: alpha)
        })
    }
    return .models(singleTaskModels(inputs, matrices, weights, names: modelpool.modelNames))
  }

  /// What every task vector is multiplied by.
  private func taskWeights(of modelpool: BaseModelPool) throws -> [Double] {
    guard case .list(let weights)? = alpha else {
      return Array(repeating: 1, count: modelpool.count)
    }
    guard weights.count == modelpool.count else {
      throw ParameterError.invalid(
        key: "method.alpha", value: "\(weights)",
        requirement: "has \(weights.count) number(s) for \(modelpool.count) model(s): "
          + modelpool.modelNames.joined(separator: ", "))
    }
    return weights
  }

  private func merge(
    _ inputs: ElementwiseInputs, _ matrices: [Int], _ weights: [Double], alpha: Double,
    compute: @escaping @Sendable (MatrixTask, Double) throws -> Void
  ) -> TensorwiseMerge {
    let others = ElementwiseMerge(
      inputs, label: "task singular vectors",
      combination: LinearCombination(
        weights: weights, ontoBase: alpha / Double(weights.count)))
    return MatrixMerge(inputs: inputs, world: world).merge(
      matrices, others: others, demand: { Self.demand($0, $1, models: weights.count) }
    ) { try compute($0, alpha) }
  }

  /// The merged model, and each task's share of it. The shares come out of the same computation:
  /// what the first model read leaves is kept for the others, on the rank that computed it.
  private func singleTaskModels(
    _ inputs: ElementwiseInputs, _ matrices: [Int], _ weights: [Double], names: [String]
  ) -> [(name: String, model: any StateDict)] {
    let shares = SharedResults(count: names.count + 1)
    let models = names.indices.map { model in
      merge(inputs, matrices, weights, alpha: 1) { task, _ in
        try shares.add(model, task) { try Subspaces(task, weights)?.shares() }
      }
    }
    let merged = merge(inputs, matrices, weights, alpha: alpha?.number ?? 1) { task, alpha in
      try shares.add(names.count, task, scaledBy: alpha) {
        try Subspaces(task, weights)?.shares()
      }
    }
    return zip(names, models).map { ($0, $1) } + [("merged", merged)]
  }

  /// What a matrix of `models` models takes, in seconds on one core: what it is dealt by.
  public static func seconds(forRows rows: Int, columns: Int, models: Int) -> Double {
    demand(rows, columns, models: models).seconds
  }

  /// What an m x n matrix of `models` models takes.
  static func demand(_ m: Int, _ n: Int, models: Int) -> MatrixMerge.Demand {
    let side = min(m, n)
    let rank = side / models
    let all = rank * models
    let isSquare = max(m, n) < 2 * side
    // As of models of up to 32 bits that need no fallback.
    let seconds =
      Double(models) * MatrixCost.triplets(m, n, rank: rank, inSingle: true)
      + MatrixCost.orthogonalizer(all, m) + MatrixCost.orthogonalizer(all, n)
      + (isSquare ? 0 : MatrixCost.product(all, all, all))
      + MatrixCost.product(isSquare ? m + n : side, all, all)
      + MatrixCost.product(m, n, all, inSingle: true)
    return MatrixMerge.Demand(
      seconds: seconds, numbers: 3 * m * n + all * (m + n) + 4 * side * side)
  }
}

/// The singular vectors of all tasks of one matrix, side by side.
private struct Subspaces {
  let algebra: MatrixAlgebra
  let accuracy: Accuracy
  let rank: Int
  /// Row i is the left singular vector of value i; the tasks one after the other.
  let left: Matrix<Double>
  let values: [Double]
  let right: Matrix<Double>
  let leftRoot: Matrix<Double>
  let rightRoot: Matrix<Double>

  /// Decomposes the task vectors; nil where there are more models than the matrix has rows or
  /// columns, so that none has a share.
  init?(_ task: MatrixTask, _ weights: [Double]) throws {
    let (m, n) = (task.result.rows, task.result.columns)
    // As FusionBench computes it: one less than ⌊min / T⌋ where the product rounds down.
    rank = Int(Double(min(m, n)) * (1 / Double(weights.count)))
    guard rank > 0 else { return nil }
    algebra = task.algebra
    accuracy = task.accuracy
    left = try algebra.zeros(rank * weights.count, m)
    right = try algebra.zeros(rank * weights.count, n)
    var values: [Double] = []
    // A matrix whose first task vector needs more is computed in float64 throughout.
    var isSingle = true
    for (model, weight) in weights.enumerated() {
      // A model without weight has no directions either.
      if weight == 0 {
        values += Array(repeating: 0, count: rank)
        continue
      }
      let taskVector = try task.taskVector(model)
      let triplets = try algebra.leadingTriplets(
        of: taskVector, rank: rank, noise: task.noise(of: taskVector), accuracy: task.accuracy,
        inSingle: &isSingle)
      left.setRows(from: model * rank, to: triplets.left)
      right.setRows(from: model * rank, to: triplets.right)
      // A negative weight turns the vectors of one side round.
      values += triplets.values.map { $0 * weight }
    }
    self.values = values
    leftRoot = try algebra.orthogonalizer(of: left, accuracy: task.accuracy)
    rightRoot = try algebra.orthogonalizer(of: right, accuracy: task.accuracy)
  }

  /// result += alpha · Û diag(s) V̂ᵀ.
  func addAll(to result: Matrix<Double>, scaledBy alpha: Double) throws {
    // Û and V̂ have orthonormal rows.
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    func add(_ a: Matrix<Double>, _ opA: MatrixAlgebra.Factor, _ b: Matrix<Double>) throws {
      try algebra.addProduct(
        a, opA, b, norm: norm, alpha: alpha, accuracy: accuracy, to: result)
    }
    algebra.scaleRows(of: rightRoot, by: values)
    let (m, n) = (left.columns, right.columns)
    if max(m, n) < 2 * min(m, n) {
      try add(
        algebra.product(leftRoot, .plain, left), .transposed,
        algebra.product(rightRoot, .plain, right))
      return
    }
    // The product over the shorter side first.
    let core = try algebra.product(leftRoot, .plain, rightRoot)
    if m < n {
      try add(algebra.product(left, .transposed, core), .plain, right)
    } else {
      try add(left, .transposed, algebra.product(core, .plain, right))
    }
  }

  /// Each task's share of Û diag(s) V̂ᵀ, and last their sum.
  func shares() throws -> [Matrix<Double>] {
    let left = try algebra.product(leftRoot, .plain, left)
    let right = try algebra.product(rightRoot, .plain, right)
    algebra.scaleRows(of: right, by: values)
    var shares: [Matrix<Double>] = []
    let sum = try algebra.zeros(left.columns, right.columns, of: Double.self)
    for start in stride(from: 0, to: values.count, by: rank) {
      let share = try algebra.product(
        try algebra.rows(start..<start + rank, of: left), .transposed,
        try algebra.rows(start..<start + rank, of: right), .plain)
      algebra.add(share, to: sum)
      shares.append(share)
    }
    return shares + [sum]
  }
}
