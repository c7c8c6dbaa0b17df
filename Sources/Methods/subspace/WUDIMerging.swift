import FusionCore
import LinearAlgebra
import Tensors

/// Moves the sum of the task vectors to where it disturbs each task's inputs least, which the task
/// vectors' own rows stand for.
///
/// For every matrix: m starts at Σ_t τ_t and descends, by Adam with rate 1e-5, on
/// Σ_t ‖(m − τ_t) τ_tᵀ‖² / ‖τ_t‖²; θ = θ_0 + m. All other tensors take θ_0 + mean_t τ_t.
///
/// Source: Cheng et al., "Whoever Started the Interference Should End It: Guiding Data-Free Model
/// Merging via Task Vectors", 2025, https://arxiv.org/abs/2503.08099.
public final class WUDIMerging: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.WUDIMerging",
      "fusion_bench.method.wudi.WUDIMerging",
      "fusion_bench.method.wudi.wudi.WUDIMerging",
    ]
  }

  /// Number of steps.
  @Parameter("iter_num") public var iterationCount = 400
  /// Names of matrices that are averaged instead.
  @Parameter("exclude_keys") public var excludeKeys: [String]? = nil

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets the number of steps.
  public convenience init(iterationCount: Int) {
    self.init()
    self.iterationCount = iterationCount
  }

  /// Refuses negative numbers of steps.
  public override func validate() throws {
    guard iterationCount >= 0 else {
      throw ParameterError.invalid(
        key: "iter_num", value: "\(iterationCount)", requirement: "must be 0 or more")
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
    let (steps, models) = (iterationCount, inputs.modelCount)
    return .model(
      MatrixMerge(inputs: inputs, world: world).merge(
        matrices, others: .meanOfTaskVectors(inputs, "WUDI merging", scaledBy: 1),
        demand: { Disturbance.demand($0, $1, models: models, steps: steps) }
      ) { task in
        let disturbance = try Disturbance(task)
        let move =
          try task.accuracy.isNarrow
          ? disturbance.descend(steps: steps, in: Float.self)
          : disturbance.descend(steps: steps, in: Double.self)
        task.algebra.add(disturbance.sum, to: task.result)
        if let move { task.algebra.add(move, to: task.result) }
      })
  }
}

/// How much a merged task vector disturbs the tasks of one matrix: a quadratic function of it.
///
/// The gradient at Σ_t τ_t + x is G + x S with S = Σ_t 2 τ_tᵀ τ_t / ‖τ_t‖² and
/// G = Σ_t 2 (Σ_s τ_s − τ_t) τ_tᵀ τ_t / ‖τ_t‖², so a step needs one product whatever the number of
/// tasks.
private struct Disturbance {
  /// Σ_t τ_t.
  let sum: Matrix<Double>
  private let algebra: MatrixAlgebra
  /// G.
  private let gradient: Matrix<Double>
  /// S, or rows c whose products cᵀ c add up to it, where those are fewer by far.
  private let curvature: Matrix<Double>
  private let isFactored: Bool
  /// Whether no task changed anything.
  private let isZero: Bool

  /// Reads the task vectors; those that are zero disturb nothing and are not disturbed.
  init(_ task: MatrixTask) throws {
    let (m, n) = (task.result.rows, task.result.columns)
    algebra = task.algebra
    sum = try task.sumOfTaskVectors()
    gradient = try algebra.zeros(m, n)
    isFactored = Self.isFactored(m, n, models: task.modelCount)
    curvature = try algebra.zeros(isFactored ? task.modelCount * m : n, n)
    var isZero = true
    for model in 0..<task.modelCount {
      let taskVector = try task.taskVector(model)
      // Scaled first, so that squares stay within the range of numbers.
      let largest = algebra.largestMagnitude(of: taskVector)
      guard largest > 0 else { continue }
      isZero = false
      let rest = try algebra.copy(sum)
      algebra.add(taskVector, scaledBy: -1, to: rest)
      algebra.scaleRows(of: taskVector, by: Array(repeating: 1 / largest, count: m))
      let norm = algebra.rowDots(taskVector, taskVector).reduce(0, +).squareRoot()
      algebra.scaleRows(
        of: taskVector, by: Array(repeating: 2.0.squareRoot() / norm, count: m))
      if isFactored {
        let inner = try algebra.product(rest, .plain, taskVector, .transposed)
        algebra.multiply(inner, .plain, taskVector, beta: 1, into: gradient)
        curvature.setRows(from: model * m, to: taskVector)
      } else {
        let gram = try algebra.columnGram(taskVector)
        algebra.multiply(rest, .plain, gram, beta: 1, into: gradient)
        algebra.add(gram, to: curvature)
      }
    }
    self.isZero = isZero
  }

  /// How far from Σ_t τ_t Adam gets; nil for nowhere.
  ///
  /// In `Float` too the gradient at the start is exact to `Double`'s last digits, and only what the
  /// move changes of it is rounded.
  func descend<Scalar: MatrixScalar>(
    steps: Int, in type: Scalar.Type
  ) throws -> Matrix<Double>? {
    guard !isZero, steps > 0 else { return nil }
    let start = try algebra.converted(gradient, to: Scalar.self)
    let curvature = try algebra.converted(curvature, to: Scalar.self)
    let x = try algebra.zeros(sum.rows, sum.columns, of: Scalar.self)
    let slope = try algebra.copy(start)
    var descent = try AdamDescent<Scalar>(
      algebra, rows: x.rows, columns: x.columns, rate: 1e-5)
    let inner = try algebra.matrix(
      isFactored ? x.rows : 0, curvature.rows, of: Scalar.self)
    for step in 0..<steps {
      if step > 0 {
        slope.copyValues(of: start)
        if isFactored {
          algebra.multiply(x, .plain, curvature, .transposed, into: inner)
          algebra.multiply(inner, .plain, curvature, beta: 1, into: slope)
        } else {
          algebra.multiply(x, .plain, curvature, beta: 1, into: slope)
        }
      }
      descent.move(x, against: slope)
    }
    return try algebra.converted(x, to: Double.self)
  }

  private static func isFactored(_ m: Int, _ n: Int, models: Int) -> Bool {
    2 * models * m < n
  }

  /// What an m x n matrix of `models` models takes.
  static func demand(_ m: Int, _ n: Int, models: Int, steps: Int) -> MatrixMerge.Demand {
    let isFactored = isFactored(m, n, models: models)
    let perTask =
      isFactored
      ? 2 * MatrixCost.product(m, n, m) : MatrixCost.gram(n, m) + MatrixCost.product(m, n, n)
    let perStep =
      isFactored ? 2 * MatrixCost.product(m, n, models * m) : MatrixCost.product(m, n, n)
    return MatrixMerge.Demand(
      seconds: Double(models) * perTask + Double(steps) * perStep,
      numbers: 8 * m * n + (isFactored ? 3 * models * m * (n + m) : 3 * n * n))
  }
}
