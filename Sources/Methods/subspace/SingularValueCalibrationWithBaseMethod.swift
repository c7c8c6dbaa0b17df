import ConfigTree
import FusionCore
import OrderedCollections
import Tensors

/// Merges by another method and calibrates the result, see `SpectralCalibration`.
public final class SingularValueCalibrationWithBaseMethod: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.singular_value_calibration.generic"
        + ".SingularValueCalibrationWithBaseMethod",
      "fusion_bench.method.SingularValueCalibrationWithBaseMethod",
      "fusion_bench.method.singular_value_calibration.SingularValueCalibrationWithBaseMethod",
    ]
  }

  /// The configuration of the method that merges.
  @Parameter("base_method") public var baseMethod = ConfigNode(.null)
  /// α, the least that a task counts in a direction.
  @Parameter("alpha") public var alpha = 1.0
  /// Accepted for FusionBench's configurations: matrices are computed on the CPU.
  @Parameter("accelerator") public var accelerator = ConfigNode(.null)

  /// Where the method that merges makes its passes with others.
  public override var sharesPasses: Bool { base?.sharesPasses ?? true }
  /// Those of the method that merges.
  public override var reportEntries: OrderedDictionary<String, JSONValue> {
    base?.reportEntries ?? [:]
  }

  /// Times of the phases.
  public let profiler = SimpleProfiler()
  private var base: BaseAlgorithm?

  /// Makes the base method and refuses an α that is not positive.
  public override func validate() throws {
    try SpectralCalibration.validate(alpha: alpha)
    base = try Registry(builtinMethods).make(baseMethod, role: "base_method")
  }

  /// Merges the models of the pool into its `_pretrained_` and calibrates the result.
  ///
  /// - Throws: what the base method throws, `AlgorithmError.notOneModel` when it does not return
  ///   one model, and when the models do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let method = try world.agreeing {
      if base == nil { try validate() }
      guard let base else { throw AlgorithmError.notImplemented("base_method") }
      return base
    }
    method.fabric = fabric
    method.program = program
    let merged = try profile("base method") {
      try method.onRunStart()
      let result = try method.run(modelpool)
      try method.onRunEnd()
      return result
    }
    let model = try world.agreeing {
      guard case .model(let model) = merged else {
        throw AlgorithmError.notOneModel(method: type(of: method).targets.first ?? "base_method")
      }
      return model
    }
    return try SpectralCalibration(alpha: alpha, world: world).calibrate(model, with: modelpool)
  }
}
