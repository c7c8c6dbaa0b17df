import ConfigTree
import FusionCore

/// Gives every task back its own model from the sum of all task vectors and a mask:
/// θ_t = θ0 + m_t Σ_s τ_s, m_t = 1 where the sum is near enough to the task's own vector.
///
/// The mask of FusionBench is |θ0 - τ_t| > λ |Σ τ - τ_t|; that of the paper is
/// |τ_t| > λ |Σ τ - τ_t|. With `prun_thre_k` the masks of all tasks are counted, and one model
/// keeps the elements that so many tasks use: consensus task arithmetic. Source: Wang et al.,
/// "Localizing task information for improved model merging and compression", 2024,
/// https://arxiv.org/abs/2405.07813.
public final class TallMaskTaskArithmeticAlgorithm: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.TallMaskTaskArithmeticAlgorithm",
      "fusion_bench.method.tall_mask.TallMaskTaskArithmeticAlgorithm",
      "fusion_bench.method.tall_mask.task_arithmetic.TallMaskTaskArithmeticAlgorithm",
    ]
  }

  /// Which mask to take.
  public enum MaskRule: String, ConfigChoice {
    case fusionBench = "fusion_bench"
    case paper
  }

  /// λ of the masks; the larger, the fewer elements a task keeps.
  @Parameter("tall_mask_lambda") public var tallMaskLambda = 0.6
  /// What the distance is compared with: |θ0 - τ_t|, or |τ_t|.
  @Parameter("mask_rule") public var maskRule = MaskRule.fusionBench
  /// How many tasks must use an element for the consensus to keep it; null gives a model per task.
  @Parameter("prun_thre_k") public var consensus: Int? = nil
  /// What the sum of task vectors is multiplied by.
  @Parameter("scaling_factor") public var scalingFactor = 1.0
  /// Accepted for FusionBench's configurations, without effect.
  @Parameter("debug") public var debug = 0
  /// Accepted for FusionBench's configurations, without effect.
  @Parameter("verbose") public var verbose = 0

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets λ of the masks and the rule.
  public convenience init(tallMaskLambda: Double, maskRule: MaskRule = .fusionBench) {
    self.init()
    self.tallMaskLambda = tallMaskLambda
    self.maskRule = maskRule
  }

  /// Refuses a negative factor, which every element would meet, and a negative count.
  public override func validate() throws {
    guard tallMaskLambda >= 0 else {
      throw ParameterError.invalid(
        key: "tall_mask_lambda", value: "\(tallMaskLambda)", requirement: "must not be negative")
    }
    if let consensus, consensus < 0 {
      throw ParameterError.invalid(
        key: "prun_thre_k", value: "\(consensus)",
        requirement: "must be a number of tasks, 0 or more, or null")
    }
  }

  /// Makes a model for each of the pool's, or one that they agree on.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing { try validate() }
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors()
    }
    if let consensus {
      return .model(
        merge(inputs, tasks: 0..<inputs.modelCount, hold: consensus, label: "TALL mask consensus"))
    }
    return .models(
      inputs.modelNames.enumerated().map { task, name in
        (name, merge(inputs, tasks: task..<task + 1, hold: 1, label: "TALL mask of \(name)"))
      })
  }

  private func merge(
    _ inputs: ElementwiseInputs, tasks: Range<Int>, hold least: Int, label: String
  ) -> ElementwiseMerge {
    let (factor, scalingFactor) = (tallMaskLambda, scalingFactor)
    let rule: ElementBlock.TallMaskRule = maskRule == .paper ? .taskVectors : .parameters
    return ElementwiseMerge(inputs, label: label) { block in
      block.setSum(whereTallMasksOf: tasks, factor: factor, rule: rule, hold: least)
      block.sum.scale(by: scalingFactor, onto: block.base)
    }
  }
}
