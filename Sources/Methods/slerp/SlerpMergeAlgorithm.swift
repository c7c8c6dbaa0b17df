import FusionCore

/// Walks from one model to another along an arc, each tensor taken as one vector.
///
/// With θ the angle between the two vectors, the result is
/// sin((1 - t)θ)/sin θ · v_1 + sin(tθ)/sin θ · v_2. Vectors that are nearly parallel or antiparallel
/// (|cos θ| > `DOT_THRESHOLD`) are interpolated in a straight line. Source: Shoemake, "Animating
/// rotation with quaternion curves", 1985, https://doi.org/10.1145/325334.325242.
///
/// The pool has exactly two models; their order counts, and `_pretrained_` may be one of them.
public class SlerpMergeAlgorithm: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.SlerpMergeAlgorithm",
      "fusion_bench.method.slerp.SlerpMergeAlgorithm",
      "fusion_bench.method.slerp.slerp.SlerpMergeAlgorithm",
    ]
  }

  /// Where to stop: 0 gives the first model of the pool, 1 the second.
  @Parameter("t") public var t = 0.5
  /// |cos θ| above which the straight line is taken.
  @Parameter("DOT_THRESHOLD") public var dotThreshold = 0.9995
  /// Norm up to which a vector is not normalised before the angle is taken.
  @Parameter("epsilon") public var epsilon = 1e-8

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets t.
  public convenience init(t: Double) {
    self.init()
    self.t = t
  }

  /// Refuses positions beyond the two models, and thresholds that no cosine has.
  public override func validate() throws {
    guard (0...1).contains(t) else {
      throw ParameterError.invalid(key: "t", value: "\(t)", requirement: "must be from 0 to 1")
    }
    guard (0...1).contains(dotThreshold) else {
      throw ParameterError.invalid(
        key: "DOT_THRESHOLD", value: "\(dotThreshold)", requirement: "must be from 0 to 1")
    }
    guard epsilon >= 0 else {
      throw ParameterError.invalid(
        key: "epsilon", value: "\(epsilon)", requirement: "must not be negative")
    }
  }

  /// Interpolates the two models of the pool.
  ///
  /// - Throws: when the pool does not have two models, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing { try validate() }
    let inputs = try profile("load models") { try modelpool.pair() }
    let weights = try profile("measure angles") {
      try inputs.gramMatrices(in: world).map { vectorWeights($0) }
    }
    return .model(
      ElementwiseMerge(inputs, label: "slerp") { block in
        let (first, second) = weights[block.tensor]
        block.sum.add(block.models[0], weight: first)
        block.sum.add(block.models[1], weight: second)
      })
  }

  /// What the two vectors of a tensor are multiplied by.
  private func vectorWeights(_ products: GramMatrix) -> (Double, Double) {
    func length(_ i: Int) -> Double {
      let norm = products.norm(i)
      return norm > epsilon ? norm : 1
    }
    return arcWeights(
      cosine: products[0, 1] / length(0) / length(1), t: t,
      isStraight: { cosine, _ in abs(cosine) > self.dotThreshold })
  }
}
