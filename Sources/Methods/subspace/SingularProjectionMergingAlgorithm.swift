import ConfigTree
import FusionCore
import LinearAlgebra
import Tensors

/// Keeps of what the first model changed the part that lies in the leading, or in the other,
/// singular directions of the pre-trained weights.
///
/// For the weight of every linear layer: θ_0 = U Σ Vᵀ, θ = θ_0 + U_k U_kᵀ (θ_1 − θ_0) V_k V_kᵀ with
/// U_k, V_k the first k singular vectors (`rank: low`) or all but those (`high`). All other tensors
/// are the first model's.
///
/// Source: FusionBench's algorithm of that name, an experiment with Tang et al., "SMILE: Zero-Shot
/// Sparse Mixture of Low-Rank Experts Construction From Pre-Trained Foundation Models", 2024,
/// https://arxiv.org/abs/2408.10174.
public final class SingularProjectionMergingAlgorithm: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.SingularProjectionMergingAlgorithm",
      "fusion_bench.method.smile_upscaling.SingularProjectionMergingAlgorithm",
      "fusion_bench.method.smile_upscaling.singular_projection_merging"
        + ".SingularProjectionMergingAlgorithm",
    ]
  }

  /// Which singular directions of the pre-trained weights to keep changes in.
  public enum Directions: String, ConfigChoice {
    case low
    case high
  }

  /// k; negative for the least number of singular values that make up half of their sum.
  @Parameter("k") public var k = 128
  /// The first k directions, or all others.
  @Parameter("rank") public var directions = Directions.low
  /// Whether all others include those of the longer side that the weights do not reach.
  @Parameter("full_matrices") public var fullMatrices = false
  /// Accepted for FusionBench's configurations: matrices are computed on the CPU.
  @Parameter("device") public var device = ConfigNode(.null)
  /// Accepted for FusionBench's configurations: the program saves.
  @Parameter("model_path") public var modelPath: String? = nil

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets the parameters.
  public convenience init(k: Int, directions: Directions = .low, fullMatrices: Bool = false) {
    self.init()
    self.k = k
    self.directions = directions
    self.fullMatrices = fullMatrices
  }

  /// Projects what the first model of the pool changed.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    noteUnused(savePath: modelPath, key: "model_path")
    let (first, inputs) = try profile("load models") {
      try world.agreeing {
        let base = try modelpool.loadPretrainedModel()
        guard let name = modelpool.modelNames.first else { throw PoolError.noModels }
        let first = try modelpool.loadModel(name)
        return (
          first, try ElementwiseInputs(models: [(name, first)], base: base, quantity: .taskVectors)
        )
      }
    }
    let (k, isHigh, isFull) = (k, directions == .high, fullMatrices)
    return .model(
      MatrixMerge(inputs: inputs, world: world).merge(
        MatrixMerge.linearWeights(in: first.manifest), others: first,
        demand: { Self.demand($0, $1) }
      ) { try Self.project($0, k: k, isHigh: isHigh, isFull: isFull) })
  }

  private static func project(_ task: MatrixTask, k: Int, isHigh: Bool, isFull: Bool) throws {
    let algebra = task.algebra
    let change = try task.difference(0)
    let (m, n) = (change.rows, change.columns)
    let side = min(m, n)
    // All are needed to find k, and to tell the longer side's directions from those not reached.
    let needsAll = k < 0 || (isHigh && !isFull && m != n)
    let base = try algebra.leadingTriplets(
      of: task.result, rank: needsAll ? side : min(k, side), noise: .fixed(0),
      accuracy: task.accuracy)
    let rank = k < 0 ? halfOfSum(base.values) : min(k, side)
    func part(_ vectors: Matrix<Double>, isShorter: Bool) throws -> Part {
      if !isHigh { return .directions(try algebra.rows(0..<rank, of: vectors)) }
      return isShorter || isFull
        ? .allBut(try algebra.rows(0..<rank, of: vectors))
        : .directions(try algebra.rows(rank..<side, of: vectors))
    }
    let left = try part(base.left, isShorter: m <= n)
    let right = try part(base.right, isShorter: n <= m)
    let kept = try right.ofRows(of: try left.ofColumns(of: change, algebra), algebra)
    algebra.add(kept, to: task.result)
  }

  /// The least number of values whose sum is half of all.
  private static func halfOfSum(_ values: [Double]) -> Int {
    let half = values.reduce(0, +) / 2
    var sum = 0.0
    let position = values.firstIndex { value in
      sum += value
      return sum >= half
    }
    return position.map { $0 + 1 } ?? values.count
  }

  /// What an m x n matrix takes.
  private static func demand(_ m: Int, _ n: Int) -> MatrixMerge.Demand {
    let side = min(m, n)
    return MatrixMerge.Demand(
      seconds: MatrixCost.triplets(m, n, rank: side) + 4 * MatrixCost.product(m, n, side),
      numbers: 4 * m * n + 2 * side * (m + n) + 3 * side * side)
  }
}

/// A part of a space, given by orthonormal rows.
private enum Part {
  case directions(Matrix<Double>)
  case allBut(Matrix<Double>)

  /// A with every column projected.
  func ofColumns(of a: Matrix<Double>, _ algebra: MatrixAlgebra) throws -> Matrix<Double> {
    switch self {
    case .directions(let q):
      return try algebra.product(q, .transposed, try algebra.product(q, .plain, a))
    case .allBut(let q):
      let inner = try algebra.product(q, .plain, a)
      let rest = try algebra.copy(a)
      algebra.multiply(q, .transposed, inner, alpha: -1, beta: 1, into: rest)
      return rest
    }
  }

  /// A with every row projected.
  func ofRows(of a: Matrix<Double>, _ algebra: MatrixAlgebra) throws -> Matrix<Double> {
    switch self {
    case .directions(let q):
      return try algebra.product(try algebra.product(a, .plain, q, .transposed), .plain, q)
    case .allBut(let q):
      let inner = try algebra.product(a, .plain, q, .transposed)
      let rest = try algebra.copy(a)
      algebra.multiply(inner, .plain, q, alpha: -1, beta: 1, into: rest)
      return rest
    }
  }
}
