import FusionCore
import Tensors

/// Sets the weights of smallest magnitude to 0, row by row of the linear layers of one model.
///
/// `unstructured` prunes int(columns · sparsity_ratio) elements of a row, `semistructured` n of
/// every m neighbours; the first ones among equals.
public final class MagnitudePruningForLlama: LayerPruning {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.MagnitudePruningForLlama",
      "fusion_bench.method.pruning.MagnitudePruningForLlama",
      "fusion_bench.method.pruning.llama_magnitude_prune.MagnitudePruningForLlama",
    ]
  }

  /// Accepted for FusionBench's configurations, without effect.
  @Parameter("device") public var device = "cpu"
  /// The type that magnitudes are compared in; null for that of the weights.
  @Parameter("dtype") public var dtype: String? = nil

  /// Refuses what is no share, n that is not among m, and unknown types.
  public override func validate() throws {
    try super.validate()
    _ = try comparisonType()
  }

  /// Prunes `_pretrained_`, or the first model.
  ///
  /// - Throws: when there is no model, or nothing to prune.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try profile("load model") {
      try world.agreeing {
        let type = try comparisonType()
        let model = try modelpool.loadPretrainedOrFirstModel()
        return .model(
          try rule().pruned(model, label: "magnitude pruning") { row, metric in
            let values = row.result
            for i in metric.indices { metric[i] = values[i].magnitude }
            if let type { MatrixRow.round(metric, to: type) }
          })
      }
    }
  }

  private func comparisonType() throws -> DType? {
    guard let dtype else { return nil }
    guard let type = DType(userName: dtype), type.isFloatingPoint else {
      throw ParameterError.invalid(
        key: "dtype", value: dtype,
        requirement: "must be float64, float32, float16, bfloat16 or null")
    }
    return type
  }
}
