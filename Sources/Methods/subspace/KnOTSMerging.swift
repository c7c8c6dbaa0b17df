import FusionCore
import LinearAlgebra
import Tensors

/// Brings the task vectors of each matrix to common directions and merges them there by TIES.
///
/// For every matrix: [τ_1 | … | τ_T] = U Σ [V_1ᵀ | … | V_Tᵀ] without the singular values up to ε,
/// θ = θ_0 + λ U Σ TIES(V_1ᵀ, …, V_Tᵀ). All other tensors take θ_0 + λ · mean_t τ_t.
///
/// Source: Stoica et al., "Model merging with SVD to tie the Knots", 2024,
/// https://arxiv.org/abs/2410.19735.
public final class KnOTSMerging: BaseAlgorithm, SimpleProfilerMixin {
  /// Of the family of FusionBench's names, which has the alignment alone.
  public override class var targets: [String] {
    ["fusion_bench.method.KnOTSMerging", "fusion_bench.method.knots.KnOTSMerging"]
  }

  /// λ, what the merged task vector is multiplied by.
  @Parameter("scaling_factor") public var scalingFactor = 0.3
  /// How much of each V_t of a matrix is kept: a percentage above 1, a fraction below.
  @Parameter("threshold") public var threshold = 20.0
  /// How the values that agree with the elected sign are combined.
  @Parameter("merge_func") public var mergeFunction = TiesMergingAlgorithm.MergeFunction.sum
  /// ε, the singular value up to which a direction is left out.
  @Parameter("eps") public var epsilon = 1e-4
  /// Names of matrices that are averaged instead.
  @Parameter("exclude_keys") public var excludeKeys: [String]? = nil

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets the parameters.
  public convenience init(
    scalingFactor: Double, threshold: Double,
    mergeFunction: TiesMergingAlgorithm.MergeFunction = .sum
  ) {
    self.init()
    self.scalingFactor = scalingFactor
    self.threshold = threshold
    self.mergeFunction = mergeFunction
  }

  /// Refuses thresholds that keep nothing or trim nothing, and a negative ε.
  public override func validate() throws {
    try TiesMergingAlgorithm(scalingFactor: scalingFactor, threshold: threshold).validate()
    guard epsilon >= 0 else {
      throw ParameterError.invalid(
        key: "eps", value: "\(epsilon)", requirement: "must be 0 or more")
    }
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing { try validate() }
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors()
    }
    let matrices = try world.agreeing {
      try MatrixMerge.matrices(in: inputs.manifest, excluding: excludeKeys ?? [])
    }
    let (scalingFactor, epsilon, function) = (scalingFactor, epsilon, mergeFunction.function)
    let density = threshold > 1 ? threshold / 100 : threshold
    let models = inputs.modelCount
    return .model(
      MatrixMerge(inputs: inputs, world: world).merge(
        matrices, others: .meanOfTaskVectors(inputs, "KnOTS", scaledBy: scalingFactor),
        demand: { Self.demand($0, $1, models: models) }
      ) { task in
        guard let aligned = try Self.align(task, epsilon: epsilon) else { return }
        let merged = try Self.ties(aligned.parts, density: density, function, task.algebra)
        task.algebra.multiply(
          aligned.basis, .transposed, merged, alpha: scalingFactor, beta: 1, into: task.result)
      })
  }

  /// Row i of the basis is σ_i u_iᵀ; part t is V_tᵀ. Nil where no direction is left.
  private static func align(
    _ task: MatrixTask, epsilon: Double
  ) throws -> (basis: Matrix<Double>, parts: [Matrix<Double>])? {
    let algebra = task.algebra
    let (m, n) = (task.result.rows, task.result.columns)
    let all = try algebra.zeros(m, n * task.modelCount, of: Double.self)
    var errors = 0.0
    for model in 0..<task.modelCount {
      let taskVector = try task.taskVector(model)
      errors = max(errors, task.errorSize(of: taskVector))
      all.setColumns(from: model * n, to: taskVector)
    }
    let triplets = try algebra.leadingTriplets(
      of: all, rank: min(m, all.columns), noise: .errors(errors),
      accuracy: task.accuracy)
    let count = triplets.values.prefix { $0 > epsilon }.count
    guard count > 0 else { return nil }
    let basis = try algebra.rows(0..<count, of: triplets.left)
    algebra.scaleRows(of: basis, by: Array(triplets.values.prefix(count)))
    let right = try algebra.rows(0..<count, of: triplets.right)
    return (
      basis,
      try (0..<task.modelCount).map { try algebra.columns($0 * n..<($0 + 1) * n, of: right) }
    )
  }

  /// TIES merging of the parts, each one vector.
  private static func ties(
    _ parts: [Matrix<Double>], density: Double, _ function: SignConsensus.Function,
    _ algebra: MatrixAlgebra
  ) throws -> Matrix<Double> {
    let merged = try algebra.zeros(parts[0].rows, parts[0].columns, of: Double.self)
    let rank = max(merged.count - Int(Double(merged.count) * density), 1)
    let cuts = parts.map { part in
      part.withValues { values in values.map { abs($0) }.sorted()[rank - 1] }
    }
    let consensus = SignConsensus(cuts: cuts)
    withExtendedLifetime(parts) {
      let vectors = parts.map { part in part.withValues { UnsafeBufferPointer($0) } }
      merged.withValues { consensus.merge(vectors, function, into: $0) }
    }
    return merged
  }

  /// What an m x n matrix of `models` models takes.
  private static func demand(_ m: Int, _ n: Int, models: Int) -> MatrixMerge.Demand {
    let (columns, columnsOverflow) = n.multipliedReportingOverflow(by: models)
    guard !columnsOverflow else { return MatrixMerge.Demand(seconds: .infinity, numbers: .max) }
    let side = min(m, columns)
    return MatrixMerge.Demand(
      seconds: MatrixCost.triplets(m, columns, rank: side) + MatrixCost.product(m, n, side),
      numbers: m * columns + 3 * side * columns + 2 * m * n + 3 * side * side)
  }
}
