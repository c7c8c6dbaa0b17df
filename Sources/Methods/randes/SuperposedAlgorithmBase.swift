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
  @Parameter("mode") var mode = SuperpositionContexts.Mode.binary
  /// Which tensors are targets: `mlp_w`, `attn_w`, `mlp`, `attn`, `all`.
  @Parameter("target_layer") public var targetLayers = ["mlp_w", "attn_w"]
  /// Seed of the random matrices.
  @Parameter("random_seed") public var randomSeed = 42
  /// Whether each tensor has matrices of its own.
  @Parameter("different_across_layers") public var differentAcrossLayers = true
  /// Every how many targets one is superposed; the others are added up.
  @Parameter("dropout_rate") public var dropoutRate = 1
  /// How far layers are shifted from model to model; only 0.
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

  /// Refuses targets that are unknown, seeds that NumPy refuses, and shifts.
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
    guard shiftLayers == 0 else {
      throw ParameterError.invalid(
        key: "shift_layers", value: "\(shiftLayers)", requirement: "must be 0: layers stay in place"
      )
    }
  }

  private static let targetNames = ["mlp_w", "attn_w", "mlp", "attn", "all"]

  /// Positions of the tensors that are superposed.
  func targetPositions(in manifest: Manifest) -> Set<Int> {
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
    return Set(
      matching.enumerated().filter { ($0.offset + 1) % dropoutRate == 0 }.map(\.element)
        .filter { manifest.tensors[$0].dtype.isFloatingPoint })
  }

  /// The random matrices for some targets.
  func makeContexts(_ inputs: ElementwiseInputs, targets: Set<Int>) -> SuperpositionContexts {
    SuperpositionContexts(
      mode, manifest: inputs.manifest, targets: targets, models: inputs.modelCount,
      seed: randomSeed, differs: differentAcrossLayers)
  }

  /// Writes what the compression costs into the log folder, where there is one.
  ///
  /// - Parameter keepsBase: whether the pre-trained model is kept besides, and what is no target is
  ///   absorbed by it.
  func report(
    _ inputs: ElementwiseInputs, targets: Set<Int>, keepsBase: Bool
  ) throws {
    guard let folder = program?.logDirectory else { return }
    let tensors = inputs.manifest.tensors
    let original = tensors.reduce(0) { $0 + $1.byteCount }
    var (count, contextCount) = (keepsBase ? inputs.manifest.elementCount : 0, 0)
    var bytes = keepsBase ? original : 0
    for (position, tensor) in tensors.enumerated() {
      let isTarget = targets.contains(position)
      if isTarget ? !(keepsBase && mode == .identity) : !keepsBase {
        count += tensor.count
        bytes += tensor.count * max(tensor.dtype.byteCount, isTarget ? 4 : 1)
      }
      guard isTarget, mode != .identity else { continue }
      let numbers = (tensor.shape.last ?? 1) * inputs.modelCount
      count += numbers
      contextCount += numbers
      bytes += numbers * (mode == .binary ? 1 : 4)
    }
    let metadata = JSONValue.object([
      "nonzero_parameter_count": .integer(count),
      "nonzero_param_count_context": .integer(contextCount),
      "target_layers": .array(
        tensors.indices.filter { targets.contains($0) }.map { .string(tensors[$0].name.string) }),
      "total_param_count_original": .integer(inputs.manifest.elementCount),
      "total_gb_original": .number(Double(original) / 1e9),
      "total_gb_retrieved": .number(Double(bytes) / 1e9),
    ])
    try world.onGlobalZero {
      try ReportFolder(path: folder).write(metadata.text(indent: 2), to: "randes_metadata.json")
    }
  }
}
