import ConfigTree
import FusionCore

/// Calibrates the `_merged_` model of a pool, see `SpectralCalibration`.
public final class SingularValueCalibration: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.singular_value_calibration.svc.SingularValueCalibration",
      "fusion_bench.method.SingularValueCalibration",
      "fusion_bench.method.singular_value_calibration.SingularValueCalibration",
    ]
  }

  /// α, the least that a task counts in a direction.
  @Parameter("alpha") public var alpha = 1.0
  /// Accepted for FusionBench's configurations: matrices are computed on the CPU.
  @Parameter("accelerator") public var accelerator = ConfigNode(.null)

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets α.
  public convenience init(alpha: Double) {
    self.init()
    self.alpha = alpha
  }

  /// Refuses an α that is not positive.
  public override func validate() throws { try SpectralCalibration.validate(alpha: alpha) }

  /// Calibrates the pool's `_merged_`.
  ///
  /// - Throws: when `_merged_`, `_pretrained_` or the models are missing, or do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let merged = try world.agreeing {
      try validate()
      return try modelpool.loadModel("_merged_")
    }
    return try SpectralCalibration(alpha: alpha, world: world).calibrate(merged, with: modelpool)
  }
}
