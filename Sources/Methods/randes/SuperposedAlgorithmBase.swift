import ConfigTree
import FusionCore
import Tensors

/// What the RanDeS methods share: all models are kept in the memory of one, each multiplied by a
/// random matrix of its own, and one is taken out by the inverse.
///
/// For a target tensor W of T models and contexts C_t the compressed tensor is S = Σ_t W_t C_t, and
/// what is taken out W'_t = S C_t⁻¹ = W_t + Σ_{s≠t} W_s C_s C_t⁻¹: the model and a noise of the
/// others. Source: Zhou et al., "RanDeS: randomized delta superposition for multi-model
/// compression", 2025, https://arxiv.org/abs/2505.11204.
open class SuperposedAlgorithmBase: BaseAlgorithm, SimpleProfilerMixin {
  /// How the random matrices look.
  @Parameter("mode") var mode = SuperpositionMode.binary
  /// Which tensors are targets: `mlp_w`, `attn_w`, `mlp`, `attn`, `all`.
  @Parameter("target_layer") public var targetLayers = ["mlp_w", "attn_w"]
  /// Seed of the random matrices.
  @Parameter("random_seed") public var randomSeed = 42
  /// Whether each tensor has matrices of its own.
  @Parameter("different_across_layers") public var differentAcrossLayers = true
  /// Every how many targets one is superposed; the others are added up.
  @Parameter("dropout_rate") public var dropoutRate = 1
  /// How many layers further the targets of a model are moved than those of the model before it; -1
  /// shuffles them.
  @Parameter("shift_layers") public var shiftLayers = 0
  /// Accepted for FusionBench's configurations, without effect.
  @Parameter("joint_matrix_mode") public var jointMatrixMode = "flatten_hstack"
  /// Accepted for FusionBench's configurations, without effect.
  @Parameter("rank") public var rank = ConfigNode(.int(1))
  /// Accepted for FusionBench's configurations, without effect.
  @Parameter("random_components") public var randomComponents = false
  /// Accepted for FusionBench's configurations, without effect.
  @Parameter("debug") public var debug = 0
  /// Accepted for FusionBench's configurations, without effect.
  @Parameter("verbose") public var verbose = 0

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Refuses targets that are unknown and seeds that NumPy refuses.
  open override func validate() throws {
    for layer in targetLayers where !Self.targetNames.contains(layer) {
      throw ParameterError.invalid(
        key: "target_layer", value: layer,
        requirement: "must be one of \(Self.targetNames.joined(separator: ", "))")
    }
    guard (0...4_000_000_000).contains(randomSeed) else {
      throw ParameterError.invalid(
        key: "random_seed", value: "\(randomSeed)", requirement: "must be from 0 to 4000000000")
    }
    guard dropoutRate > 0 else {
      throw ParameterError.invalid(
        key: "dropout_rate", value: "\(dropoutRate)", requirement: "must be at least 1")
    }
  }

  private static let targetNames = ["mlp_w", "attn_w", "mlp", "attn", "all"]

  /// Positions of the tensors that are superposed, in the order of the modules.
  func targetPositions(in manifest: Manifest) -> [Int] {
    // Which of them are left out is counted in the order of the modules, as in a model in memory.
    let matching = KeyOrder.auto.positions(of: manifest).filter { position in
      let name = manifest.tensors[position].name.string
      let isMLP = name.contains("mlp") || name.contains("Dense")
      let isAttention = name.contains("attn") || name.contains("Attention")
      let isBias = name.contains("bias")
      return targetLayers.contains { layer in
        switch layer {
        case "mlp_w": isMLP && !isBias
        case "attn_w": isAttention && !isBias
        case "mlp": isMLP
        case "attn": isAttention
        default: true
        }
      }
    }
    return matching.enumerated().filter { ($0.offset + 1) % dropoutRate == 0 }.map(\.element)
      .filter { manifest.tensors[$0].dtype.isFloatingPoint }
  }
}
