import ConfigTree
import FusionCore
import Tensors

/// ExPO on the linear layers of a Llama: θ = θ̄ + α_k (θ̄ - θ_0) with a factor for each kind of tensor,
/// θ̄ the mean of the models.
///
/// α_k is α for the linear layers of `mlp`, α times `attention_scaling_factor` for those of
/// `self_attn`, α for the head and the embedding where they take part, and 0 elsewhere. Source:
/// Zheng et al., "Weak-to-strong extrapolation expedites alignment", 2024,
/// https://arxiv.org/abs/2404.16792; the factors are FusionBench's.
public class ExPOAlgorithmForLlama: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.ExPOAlgorithmForLlama",
      "fusion_bench.method.linear.llama_expo.ExPOAlgorithmForLlama",
    ]
  }

  /// A number of layers, or half of them.
  public enum LayerCount: ConfigRepresentable, Equatable, Sendable {
    case layers(Int)
    /// Half of the model's layers, rounded down.
    case half

    /// Reads a non-negative integer or `half`.
    public static func decode(_ node: ConfigNode, key: String) throws -> LayerCount {
      switch node.value {
      case .int(let count) where count >= 0: return .layers(count)
      case .string("half"): return .half
      default:
        throw ParameterError.wrongType(key: key, expected: "a number of layers or half", node)
      }
    }

    /// The number or `half`.
    public func encoded() -> ConfigNode {
      switch self {
      case .layers(let count): ConfigNode(.int(count))
      case .half: ConfigNode(.string("half"))
      }
    }

    /// The number, of `total` layers.
    func count(of total: Int) -> Int {
      switch self {
      case .layers(let count): min(count, total)
      case .half: total / 2
      }
    }
  }

  /// α, how far to go beyond the fine-tuned model, in units of the way from the pre-trained one.
  @Parameter("extrapolation_factor") public var extrapolationFactor = 0.1
  /// What α is multiplied by in attention.
  @Parameter("attention_scaling_factor") public var attentionScalingFactor = 1.0
  /// Whether the head stays that of the fine-tuned model.
  @Parameter("only_on_backbone") public var onlyOnBackbone = true
  /// Whether weights of linear layers are extrapolated.
  @Parameter("on_linear_weights") public var onLinearWeights = true
  /// Whether biases of linear layers are extrapolated.
  @Parameter("on_linear_bias") public var onLinearBias = false
  /// Whether the embedding is extrapolated.
  @Parameter("on_embedding") public var onEmbedding = false
  /// How many of the last layers stay those of the fine-tuned model.
  @Parameter("fix_last_n_layers") public var fixedLastLayers = LayerCount.layers(0)
  /// How many of the first layers stay those of the fine-tuned model.
  @Parameter("fix_first_n_layers") public var fixedFirstLayers = LayerCount.layers(0)

  /// Accepted when null: changes are not pruned.
  @Parameter("magnitude_sparsity_ratio") public var magnitudeSparsityRatio: Double? = nil

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Refuses to prune changes.
  public override func validate() throws {
    if let ratio = magnitudeSparsityRatio {
      throw ParameterError.invalid(
        key: "magnitude_sparsity_ratio", value: "\(ratio)",
        requirement: "changes are not pruned here; use null")
    }
  }

  /// Extrapolates from `_pretrained_` through the mean of the models.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, they do not fit together, or have no
  ///   `model.layers`.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let inputs = try profile("load models") { try modelpool.loadPretrainedModelAndValues() }
    let factors = try world.agreeing { try extrapolationFactors(for: inputs.manifest) }
    return .model(
      ElementwiseMerge(inputs, label: "ExPO for Llama") { block in
        for model in block.models { block.sum.add(model) }
        block.sum.divide(by: Double(block.models.count))
        let factor = factors[block.tensor]
        guard factor != 0 else { return }
        block.sum.add(block.base, weight: -1)
        block.sum.scale(by: 1 + factor, onto: block.base)
      })
  }

  /// α_k of every tensor.
  ///
  /// - Throws: `PoolError.noLayers`.
  final func extrapolationFactors(for manifest: Manifest) throws -> [Double] {
    let places = manifest.tensors.map { LlamaPlace($0.name.string) }
    let layers = places.reduce(0) { max($0, ($1.layer ?? -1) + 1) }
    guard layers > 0 else {
      throw PoolError.noLayers("_pretrained_", prefix: "model.layers.")
    }
    let first = fixedFirstLayers.count(of: layers)
    let moved = first..<max(layers - fixedLastLayers.count(of: layers), first)
    return zip(manifest.tensors, places).map { tensor, place in
      switch place {
      case .embedding: return onEmbedding ? extrapolationFactor : 0
      case .other: return 0
      case .head(let parameter):
        return onlyOnBackbone || !takesPart(parameter) ? 0 : extrapolationFactor
      case .layer(let layer, let isAttention, let parameter, let module):
        let weight = manifest.position(of: TensorName(module + ".weight"))
        let isLinear = weight.map { manifest.tensors[$0].shape.count == 2 } ?? false
        guard isLinear, moved.contains(layer), takesPart(parameter) else { return 0 }
        return extrapolationFactor * (isAttention ? attentionScalingFactor : 1)
      }
    }
  }

  private func takesPart(_ parameter: LlamaPlace.Parameter) -> Bool {
    switch parameter {
    case .weight: onLinearWeights
    case .bias: onLinearBias
    }
  }
}

/// What a tensor of a Llama is, by its name.
private enum LlamaPlace {
  enum Parameter: String {
    case weight
    case bias
  }

  case embedding
  case head(Parameter)
  /// In `self_attn` or `mlp` of a layer: the weight or bias of a module.
  case layer(Int, isAttention: Bool, Parameter, module: String)
  case other

  init(_ name: String) {
    self = .other
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let last = parts.last, let parameter = Parameter(rawValue: last) else { return }
    if name == "model.embed_tokens.weight" {
      self = .embedding
    } else if parts.count == 2, parts[0] == "lm_head" {
      self = .head(parameter)
    } else if parts.count > 5, parts[0] == "model", parts[1] == "layers",
      let layer = Int(parts[2]), layer >= 0, layer < 1 << 20,
      parts[3] == "self_attn" || parts[3] == "mlp"
    {
      self = .layer(
        layer, isAttention: parts[3] == "self_attn", parameter,
        module: parts.dropLast().joined(separator: "."))
    }
  }

  var layer: Int? {
    if case .layer(let layer, _, _, _) = self { layer } else { nil }
  }
}
