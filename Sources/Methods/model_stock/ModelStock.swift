import ConfigTree
import Foundation
import FusionCore
import Tensors

/// Moves the pre-trained model towards the mean of the others, as far as their angle suggests.
///
/// For each tensor, with φ the mean angle between two task vectors and T models,
/// r = T cos φ / ((T - 1) cos φ + 1) and θ = r · mean_t θ_t + (1 - r) θ_0. Source: Jang et al.,
/// "Model stock: all we need is just a few fine-tuned models", 2024,
/// https://arxiv.org/abs/2403.19522, as FusionBench reads it: per tensor, and with the mean of the
/// angles, not of their cosines.
public final class ModelStock: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.model_stock.ModelStock", "fusion_bench.method.ModelStock",
      "fusion_bench.method.model_stock.model_stock.ModelStock",
    ]
  }

  /// Names of tensors that become the plain mean of the models; they need not exist.
  /// FusionBench's configuration names these six of OpenCLIP.
  @Parameter("ignore_keys") public var ignoreKeys: [String]? = [
    "model.positional_embedding", "model.text_projection", "model.logit_scale",
    "model.token_embedding.weight", "model.ln_final.weight", "model.ln_final.bias",
  ]
  /// Accepted for FusionBench's configurations; models are saved by `merged_model_save_path`.
  @Parameter("model_save_path") public var modelSavePath: String? = nil
  /// Accepted for FusionBench's configurations; see `merged_model_save_kwargs`.
  @Parameter("model_save_kwargs") public var modelSaveOptions: ConfigNode? = nil

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Keeps divisions from 0, as in FusionBench.
  private static let epsilon = 1e-8

  /// Merges the models of the pool with its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` is missing, there are fewer than two models, or they do not fit
  ///   together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    noteUnused(savePath: modelSavePath)
    try world.agreeing {
      guard modelpool.count >= 2 else {
        throw AlgorithmError.modelCount(
          needed: "two models or more besides '_pretrained_'", models: modelpool.modelNames)
      }
    }
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors()
    }
    let ignored = Set(
      (ignoreKeys ?? []).compactMap { inputs.manifest.position(of: TensorName($0)) })
    let count = Double(inputs.modelCount)
    let steps = try profile("compute angles and ratios") {
      try inputs.gramMatrices(in: world, skipping: ignored).enumerated().map { position, products in
        (ignored.contains(position) ? 1 : Self.ratio(products)) / count
      }
    }
    return .model(
      ElementwiseMerge.weighted(inputs, label: "model stock") { tensor in
        .sum(of: inputs.modelCount, ontoBase: steps[tensor])
      })
  }

  /// How far to go from the pre-trained tensor (0) to the mean of the models (1).
  private static func ratio(_ products: GramMatrix) -> Double {
    var angles = 0.0
    var pairs = 0.0
    for i in 0..<products.size {
      for j in i + 1..<products.size {
        let cosine =
          products[i, j] / ((products[i, i] * products[j, j]).squareRoot() + epsilon)
        // A NaN stays one: `min` and `max` would hide it.
        angles += cosine.isNaN ? .nan : acos(min(max(cosine, -1), 1))
        pairs += 1
      }
    }
    let cosine = cos(angles / pairs)
    let count = Double(products.size)
    return count * cosine / ((count - 1) * cosine + 1 + epsilon)
  }
}
