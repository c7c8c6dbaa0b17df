import FusionCore
import Tensors

/// RanDeS on whole models: θ'_t, taken out of the superposition of all models, divided by their
/// number; tensors that are no targets are added up, or replaced by the absorber's.
///
/// Source: Zhou et al., "RanDeS", 2025, https://arxiv.org/abs/2505.11204.
public final class SuperposedModelSoupAlgorithm: SuperposedAlgorithmBase {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.randes.SuperposedModelSoupAlgorithm",
      "fusion_bench.method.randes.modelsoup.SuperposedModelSoupAlgorithm",
      "fusion_bench.method.SuperposedModelSoupAlgorithm",
    ]
  }

  /// What stands in for tensors that are no targets.
  public enum Absorber: String, ConfigChoice, Sendable {
    /// The mean of the models.
    case average
    /// The pre-trained model.
    case pretrained
    /// The sum of the models.
    case none = "None"
  }

  /// What the models are multiplied by.
  public enum Scaling: String, ConfigChoice {
    /// One over their number.
    case average
    /// Nothing.
    case original
  }

  /// What stands in for tensors that are no targets.
  @Parameter("absorber") public var absorber = Absorber.none
  /// What all tensors are multiplied by in the end.
  @Parameter("ms_mode") public var scaling = Scaling.average

  /// Makes a model for each of the pool's.
  ///
  /// - Throws: when models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let inputs = try profile("load models") {
      try world.agreeing {
        try validate()
        let base = absorber == .pretrained ? "_pretrained_" : nil
        if base != nil { _ = try modelpool.loadPretrainedModel() }
        return try modelpool.inputs(of: modelpool.modelNames, base: base)
      }
    }
    let substitute = absorber
    let divisor = scaling == .average ? Double(inputs.modelCount) : 1
    return try superposedModels(
      inputs,
      Recipe(
        label: "superposed model soup", ofTaskVectors: false,
        others: { block in
          switch substitute {
          case .pretrained: block.sum.add(block.base)
          case .none: for values in block.models { block.sum.add(values) }
          case .average:
            for values in block.models { block.sum.add(values) }
            block.sum.divide(by: Double(block.models.count))
          }
        },
        finish: { sum, _ in sum.divide(by: divisor) }))
  }
}
