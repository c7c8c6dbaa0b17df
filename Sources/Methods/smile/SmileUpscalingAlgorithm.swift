import ConfigTree
import FusionCore
import LinearAlgebra
import Tensors

/// Puts low-rank experts, one per model, and a gate beside every linear layer of the pre-trained
/// model (SMILE).
///
/// With τ_t ≈ U_t Σ_t V_tᵀ of rank k, a layer gives θ_0 x + b_0 + Σ_t w_t (U_t Σ_t V_tᵀ x + b_t − b_0).
/// The weights are the softmax over t of ‖V_tᵀ x‖, V_t of `gate_k` columns; the `top_k` largest stay
/// and are divided by their sum. Layers that no model changed stay as pre-trained, and so do all other
/// tensors, or they are averaged.
///
/// Source: Tang et al., "SMILE: Zero-Shot Sparse Mixture of Low-Rank Experts Construction From
/// Pre-Trained Foundation Models", 2024, https://arxiv.org/abs/2408.10174.
public final class SmileUpscalingAlgorithm: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.SmileUpscalingAlgorithm",
      "fusion_bench.method.smile_upscaling.SmileUpscalingAlgorithm",
      "fusion_bench.method.smile_upscaling.smile_upscaling.SmileUpscalingAlgorithm",
    ]
  }

  /// Accepted for FusionBench's configurations: matrices are computed on the CPU.
  @Parameter("device") public var device = ConfigNode(.string("cpu"))
  /// Accepted for FusionBench's configurations: matrices are computed on the CPU.
  @Parameter("upscaling_accelerator") public var accelerator = ConfigNode(.string("cuda"))
  /// Accepted for FusionBench's configurations: it changes no result.
  @Parameter("full_matrices") public var fullMatrices = true
  /// How many singular directions of a model the gate looks at.
  @Parameter("gate_k") public var gateRank = 1
  /// The rank of the experts; 0 or less for whole task vectors.
  @Parameter("k") public var rank = 128
  /// How many experts a token goes through.
  @Parameter("top_k") public var expertsPerToken = 1
  /// Whether the gate's directions are those of task vectors, or those of the models' weights.
  @Parameter("routing_use_diff") public var routesByChange = true
  /// Whether the tensors of other layers are averaged.
  @Parameter("average_experts") public var averagesOthers = false
  /// Accepted for FusionBench's configurations: the program saves.
  @Parameter("model_path") public var modelPath: String? = nil

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets the sizes.
  public convenience init(gateRank: Int, rank: Int, expertsPerToken: Int = 1) {
    self.init()
    self.gateRank = gateRank
    self.rank = rank
    self.expertsPerToken = expertsPerToken
  }

  /// Refuses gates that see nothing, and tokens without an expert.
  public override func validate() throws {
    for (key, value) in [("gate_k", gateRank), ("top_k", expertsPerToken)] where value < 1 {
      throw ParameterError.invalid(key: key, value: "\(value)", requirement: "must be at least 1")
    }
  }

  /// Makes experts of the models of the pool and puts them into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, they do not fit together, or there are
  ///   fewer than `top_k`.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    noteUnused(savePath: modelPath, key: "model_path")
    try world.agreeing {
      try validate()
      guard expertsPerToken <= max(modelpool.count, 1) else {
        throw ParameterError.invalid(
          key: "method.top_k", value: "\(expertsPerToken)",
          requirement: "a token cannot go through more experts than there are models: "
            + "\(modelpool.count)")
      }
    }
    let changes = try profile("load models") { try modelpool.loadPretrainedModelAndTaskVectors() }
    let weights = try profile("look for changes") { try changedWeights(changes) }
    let values =
      averagesOthers ? try modelpool.loadPretrainedModelAndValues() : nil
    let shape = SmileShape(
      gateRank: gateRank, rank: max(rank, 0), expertsPerToken: expertsPerToken,
      experts: modelpool.count)
    let factors = SmileFactors(changes, routesByChange: routesByChange)
    return .model(
      try world.agreeing {
        try SmileAssembly(changes, weights: weights, shape: shape, others: values)
          .model(factors, in: world)
      })
  }

  /// Positions of the weights of linear layers that some model changed.
  private func changedWeights(_ changes: ElementwiseInputs) throws -> [Int] {
    let weights = MatrixMerge.linearWeights(in: changes.manifest)
    let others = Set(changes.manifest.tensors.indices).subtracting(weights)
    let kept = try changes.tensorSums(in: world, count: 1, skipping: others) { block, sums in
      for taskVector in block.models {
        switch taskVector {
        case .float32(let x): for value in x where value == 0 { sums[0] += 1 }
        case .float64(let x): for value in x where value == 0 { sums[0] += 1 }
        }
      }
    }
    // What is unchanged is counted, so that a plan, which finds zeros, takes all to have changed.
    return weights.filter {
      kept[$0][0] < Double(changes.modelCount * changes.manifest.tensors[$0].count)
    }
  }
}
