import ConfigTree
import FusionCore

/// Task arithmetic, calibrated, see `SpectralCalibration`.
public final class SingularValueCalibrationArithmeticTask: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.singular_value_calibration.task_arithmetic"
        + ".SingularValueCalibrationArithmeticTask",
      "fusion_bench.method.SingularValueCalibrationArithmeticTask",
      "fusion_bench.method.singular_value_calibration.SingularValueCalibrationArithmeticTask",
    ]
  }

  /// λ, what the sum of task vectors is multiplied by.
  @Parameter("scaling_factor") public var scalingFactor = 0.3
  /// α, the least that a task counts in a direction.
  @Parameter("alpha") public var alpha = 0.1
  /// Accepted for FusionBench's configurations: matrices are computed on the CPU.
  @Parameter("accelerator") public var accelerator = ConfigNode(.null)

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets the parameters.
  public convenience init(scalingFactor: Double, alpha: Double) {
    self.init()
    self.scalingFactor = scalingFactor
    self.alpha = alpha
  }

  /// Refuses an α that is not positive.
  public override func validate() throws { try SpectralCalibration.validate(alpha: alpha) }

  /// Merges the models of the pool into its `_pretrained_` and calibrates the result.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try world.agreeing { try validate() }
    let method = TaskArithmeticAlgorithm(scalingFactor: scalingFactor)
    method.fabric = fabric
    guard let merged = try method.run(modelpool).model else { return .none }
    return try SpectralCalibration(alpha: alpha, world: world).calibrate(merged, with: modelpool)
  }
}
