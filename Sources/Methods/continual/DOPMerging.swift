import FusionCore
import LinearAlgebra
import Tensors
import Wording

/// Merges the models one after the other, each pair where it disturbs what is merged so far and the
/// next model least, as seen through the singular directions of their task vectors (dual
/// projections).
///
/// For the weight of every linear layer, with M what is merged so far, θ_t the next model, and
/// U_i Σ_i V_iᵀ the singular value decomposition of the task vector of M (i = 1) and of θ_t (i = 2),
/// cut off where the sum of singular values reaches `svd_epsilon` of their sum: starting from
/// (M + θ_t)/2, Adam descends on w_1 L_1 + w_2 L_2 with L_i = ‖Σ_i U_iᵀ δ_i‖² + ‖δ_i V_i Σ_i‖²,
/// δ_1 = θ − M, δ_2 = θ − θ_t. The weights are those of the shortest convex combination of the
/// gradients of log L_i, in a running mean (`mgda`, `ema`), or `alpha` and 1 − `alpha`. All other
/// tensors of a layer are (M + θ_t)/2.
///
/// Source: "Continual Model Merging without Data: Dual Projections for Balancing Stability and
/// Plasticity", NeurIPS 2025; the weights: Sener and Koltun, "Multi-Task Learning as Multi-Objective
/// Optimization", 2018, https://arxiv.org/abs/1810.04650.
public class DOPMerging: ContinualAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.dop.dop_general.DOPMerging",
      "fusion_bench.method.DOPMerging",
      "fusion_bench.method.dop.DOPMerging",
    ]
  }

  /// Which singular directions count.
  public enum Directions: String, ConfigChoice, Sendable {
    case left = "u"
    case right = "v"
    case both = "uv"
  }

  /// How far a first step moves each element.
  @Parameter("lr") public var rate = 1e-4
  /// Number of steps for each pair.
  @Parameter("num_steps") public var stepCount = 200
  /// Whether the weights of the two losses follow from their gradients.
  @Parameter("mgda") public var balances = true
  /// The weight of what is merged so far, or the one that the running mean starts from.
  @Parameter("alpha") public var alpha = 0.8
  /// Whether the weights are a running mean.
  @Parameter("ema") public var averages = true
  /// How much of the running mean stays at each step.
  @Parameter("ema_beta") public var averageDecay = 0.999
  /// The share of the sum of singular values up to which directions count.
  @Parameter("svd_epsilon") public var share = 0.99999
  /// Whether left or right singular directions count, or both.
  @Parameter("svd_proj_space") public var directions = Directions.both
  /// Names of modules whose weights are averaged.
  @Parameter("exclude_keys") public var excludeKeys: [String]? = nil
  /// Accepted for FusionBench's configurations: ranks of MPI share the work.
  @Parameter("num_ray_actors") public var rayActorCount = 0

  /// False: what a rank computed of several steps stays with it.
  public override var sharesPasses: Bool { false }

  /// Makes the method with default parameters: models of steps are not saved.
  public required init() {
    super.init()
    savesEveryStep = false
  }

  /// Refuses shares outside 0...1 and steps that go nowhere.
  public override func validate() throws {
    for (key, value) in [
      ("alpha", alpha), ("ema_beta", averageDecay), ("svd_epsilon", share),
    ] where !(0...1).contains(value) {
      throw ParameterError.invalid(key: key, value: "\(value)", requirement: "must be from 0 to 1")
    }
    guard rate > 0 else {
      throw ParameterError.invalid(key: "lr", value: "\(rate)", requirement: "must be positive")
    }
    guard (0...1_000_000).contains(stepCount) else {
      throw ParameterError.invalid(
        key: "num_steps", value: "\(stepCount)", requirement: "must be 0 or more")
    }
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, they do not fit together, or hold
  ///   NaN or infinity.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let models = try orderedModels(of: modelpool)
    let inputs = try profile("load models") { try taskVectors(of: models, from: modelpool) }
    let excluded = try world.agreeing { try excludedWeights(in: inputs.manifest) }
    let matrices = MatrixMerge.linearWeights(in: inputs.manifest).filter { !excluded.contains($0) }
    let descent = ProjectedDescent(
      rate: rate, steps: stepCount, share: share, directions: directions,
      weights: LossWeights(
        first: alpha, balances: balances, averages: averages, decay: averageDecay))
    let wanted = wantedSteps(of: models)
    let changes = SequentialChanges(descent, wanted: wanted)
    let fixed = ModuleTree(inputs.manifest.tensors.map(\.name.string)).ownedByInnerModules
    var result: (any StateDict)?
    for step in wanted {
      let merged = MatrixMerge(inputs: inputs, world: world).merge(
        matrices, others: averages(of: inputs, fixed, after: step),
        demand: { descent.demand($0, $1, models: models.count) }
      ) { try changes.add(step: step, to: $0) }
      try keep(merged, step: step, of: models)
      result = merged
    }
    return result.map { .model($0) } ?? .none
  }

  /// The tensors that are averaged pair by pair.
  private func averages(
    of inputs: ElementwiseInputs, _ fixed: Set<Int>, after step: Int
  ) -> ElementwiseMerge {
    ElementwiseMerge(inputs, label: "DOP") { block in
      // Modules that have others inside stay as pre-trained from the second model on.
      if step == 0 || !fixed.contains(block.tensor) {
        for (number, taskVector) in block.models.prefix(step + 1).enumerated() {
          block.sum.add(taskVector, weight: Self.share(of: number, among: step + 1))
        }
      }
      block.sum.scale(by: 1, onto: block.base)
    }
  }

  /// What model `number` counts in the mean of the mean of the mean …: half at its turn, and half of
  /// that at each one after.
  private static func share(of number: Int, among models: Int) -> Double {
    var share = 1.0
    for _ in max(number, 1)..<models { share /= 2 }
    return share
  }

  /// Positions of the weights of the modules that `exclude_keys` names.
  private func excludedWeights(in manifest: Manifest) throws -> Set<Int> {
    let weights = manifest.tensors.map { $0.name.string }
    return try Set(
      (excludeKeys ?? []).map { module in
        guard let position = manifest.position(of: TensorName(module + ".weight")) else {
          let modules = weights.filter { $0.hasSuffix(".weight") }.map { String($0.dropLast(7)) }
          let near = nearest(to: module, among: modules)
          throw ParameterError.invalid(
            key: "method.exclude_keys", value: oneLine(module),
            requirement: "no module with a weight is called so"
              + (near.map { "; did you mean '\($0)'?" } ?? ""))
        }
        return position
      })
  }
}
