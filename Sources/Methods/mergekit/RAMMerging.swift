import FusionCore

/// Takes what one model alone has changed as it is, and the mean of what several have (RAM).
///
/// A parameter of a task vector is active where |τ_t| > ε. θ = θ_0 + the mean of the active τ_t;
/// with `ramplus`, one that is alone is multiplied by 1 + r · min(ρ_t, α), ρ_t the number of model
/// t's active parameters that others share, divided by that of those it has alone. Source:
/// "Reinforced Agent Merging", 2026, https://arxiv.org/abs/2601.13572.
public class RAMMerging: BaseAlgorithm, SimpleProfilerMixin {
  /// The names in configurations.
  public override class var targets: [String] { ["fusion_bench.method.RAMMerging"] }

  /// ε, the magnitude up to which a change counts as none.
  @Parameter("epsilon") public var epsilon = 1e-5

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Refuses a negative ε.
  public override func validate() throws {
    guard epsilon >= 0 else {
      throw ParameterError.invalid(
        key: "epsilon", value: "\(epsilon)", requirement: "must not be negative")
    }
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing { try validate() }
    let inputs = try profile("load models") { try modelpool.loadPretrainedModelAndTaskVectors() }
    let scales = try uniqueScales(for: inputs)
    let epsilon = epsilon
    return .model(
      ElementwiseMerge(inputs, label: "RAM") { block in
        block.meanOfActive(above: epsilon, uniqueScales: scales[block.tensor])
        block.sum.scale(by: 1, onto: block.base)
      })
  }

  /// For every tensor and model what its changes that are alone are multiplied by.
  func uniqueScales(for inputs: ElementwiseInputs) throws -> [[Double]] {
    inputs.manifest.tensors.map { _ in inputs.modelNames.map { _ in 1 } }
  }
}
