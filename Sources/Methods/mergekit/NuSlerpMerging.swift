import FusionCore
import Tensors

/// SLERP by weights, of task vectors where there is a pre-trained model, on whole tensors or on their
/// rows or columns (mergekit's NuSLERP).
///
/// With weights w_1 and w_2, t = w_2 / (w_1 + w_2), and φ the angle between the two vectors:
/// sin((1 - t)φ)/sin φ · v_1 + sin(tφ)/sin φ · v_2; in a straight line where sin φ < 1e-8. Source:
/// Shoemake, "Animating rotation with quaternion curves", 1985,
/// https://doi.org/10.1145/325334.325242.
public final class NuSlerpMerging: BaseAlgorithm, SimpleProfilerMixin {
  /// The names in configurations.
  public override class var targets: [String] { ["fusion_bench.method.NuSlerpMerging"] }

  /// The weight of each model.
  @Parameter("weight") public var weight: NumberOrList = .number(1)
  /// Whether a tensor is one vector, or as many as it has rows (or columns).
  @Parameter("nuslerp_flatten") public var flatten = true
  /// Without `nuslerp_flatten`: whether vectors run along the first dimension, not the last.
  @Parameter("nuslerp_row_wise") public var rowWise = false

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Merges the two models of the pool.
  ///
  /// - Throws: when the pool does not have two models besides `_pretrained_`, they do not fit
  ///   together, or there are not as many weights.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let t = try world.agreeing { try position(in: modelpool) }
    let inputs = try profile("load models") { try modelpool.taskVectorsOrValues() }
    let hasBase = modelpool.hasPretrained
    let grouping: VectorGrouping =
      flatten ? .wholeTensor : rowWise ? .firstDimension : .lastDimension
    let weights = try profile("measure angles") {
      try grouping.products(of: inputs, in: world).map { Self.weights($0, t: t) }
    }
    let tensors = inputs.manifest.tensors
    return .model(
      ElementwiseMerge(inputs, label: "NuSLERP") { block in
        grouping.mix(block, tensors[block.tensor], weights: weights[block.tensor])
        if hasBase { block.sum.scale(by: 1, onto: block.base) }
      })
  }

  /// Where to stop between the first model (0) and the second (1).
  private func position(in modelpool: BaseModelPool) throws -> Double {
    let names = modelpool.modelNames
    guard names.count == 2 else {
      throw AlgorithmError.modelCount(
        needed: "exactly two models besides '_pretrained_'", models: names)
    }
    let weights = try weight.values(for: names, key: "weight")
    let sum = weights[0] + weights[1]
    return abs(sum) < 1e-6 ? 0.5 : weights[1] / sum
  }

  /// For every vector what to multiply those of the two models by.
  private static func weights(_ products: [Double], t: Double) -> [Double] {
    var weights: [Double] = []
    weights.reserveCapacity(products.count / 3 * 2)
    for vector in stride(from: 0, to: products.count, by: 3) {
      let norms = products[vector...vector + 1].map { max($0.squareRoot(), 1e-7) }
      let (first, second) = arcWeights(
        cosine: products[vector + 2] / norms[0] / norms[1], t: t,
        isStraight: { _, sine in abs(sine) < 1e-8 })
      weights.append(first)
      weights.append(second)
    }
    return weights
  }
}
