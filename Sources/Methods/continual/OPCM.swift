import FusionCore
import LinearAlgebra
import Tensors
import Threading

/// Adds task vectors one after the other, each without its part in the leading singular directions
/// of what is merged so far.
///
/// With M = θ − θ_0 and N = λ M, both τ_1 at first and λ = 1: for the weight of every linear layer
/// M = U Σ Vᵀ, q the first position at which the sum of singular values exceeds α of their sum,
/// N ← N + U X Vᵀ, where X is Uᵀ τ_t V with zeros on its diagonal and in its leading q x q block.
/// For all other tensors of a layer N ← N + τ_t. Then λ = ‖N‖ / mean_{s ≤ t} ‖τ_s‖, norms over all
/// tensors, and M = N / λ.
///
/// Source: Tang et al., "Merging Models on the Fly Without Retraining: A Sequential Approach to
/// Scalable Continual Model Merging", 2025, https://arxiv.org/abs/2501.09522.
public class OPCM: ContinualAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.opcm.opcm_general.OPCM",
      "fusion_bench.method.OPCM",
      "fusion_bench.method.opcm.OPCM",
    ]
  }

  /// α, the part of the sum of singular values whose directions are left alone.
  @Parameter("alpha") public var alpha = 0.5
  /// Accepted for FusionBench's configurations: ranks of MPI share the work.
  @Parameter("num_ray_actors") public var rayActorCount = 0

  /// False: what a rank computed stays with it.
  public override var sharesPasses: Bool { false }

  /// Refuses parts outside 0...1.
  public override func validate() throws {
    guard (0...1).contains(alpha) else {
      throw ParameterError.invalid(
        key: "alpha", value: "\(alpha)", requirement: "must be from 0 to 1")
    }
  }

  /// Merges the models of the pool into its `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, they do not fit together, or hold
  ///   NaN or infinity.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let models = try orderedModels(of: modelpool)
    let inputs = try profile("load models") { try taskVectors(of: models, from: modelpool) }
    let matrices = MatrixMerge.linearWeights(in: inputs.manifest)
    let fixed = ModuleTree(inputs.manifest.tensors.map(\.name.string)).ownedByInnerModules
    let wanted = wantedSteps(of: models)
    let sums = SequentialSums(alpha: alpha, models: models.count, wanted: wanted)
    let steps = wanted.map { step in
      merge(inputs, matrices, fixed, after: step) { try sums.add(step: step, to: $0, scaledBy: $1) }
    }
    guard let last = steps.last else { return .none }
    try profile("merge matrices") { try compute(matrices, of: last.merge) }
    let norms = try profile("add up norms") { try normSteps(inputs, matrices, fixed, sums) }
    for (step, one) in zip(wanted, steps) {
      one.factors.values = norms.factors(after: step)
      try keep(one.merge, step: step, of: models)
    }
    return .model(last.merge)
  }

  /// What is merged after a step, once its factors are known.
  ///
  /// - Parameter add: adds the sum of a matrix, times a factor, to the task's result.
  private func merge(
    _ inputs: ElementwiseInputs, _ matrices: [Int], _ fixed: Set<Int>, after step: Int,
    _ add: @escaping @Sendable (MatrixTask, Double) throws -> Void
  ) -> (merge: TensorwiseMerge, factors: SharedFactors) {
    let factors = SharedFactors()
    let others = ElementwiseMerge(inputs, label: "OPCM") { block in
      let (all, first) = factors.values
      let isFixed = fixed.contains(block.tensor)
      for taskVector in block.models.prefix(isFixed ? 1 : step + 1) { block.sum.add(taskVector) }
      block.sum.scale(by: isFixed ? first : all, onto: block.base)
    }
    let models = inputs.modelCount
    let merge = MatrixMerge(inputs: inputs, world: world).merge(
      matrices, others: others, demand: { SequentialSums.demand($0, $1, models: models) }
    ) { task in
      try add(task, factors.values.all)
    }
    return (merge, factors)
  }

  /// Computes this rank's matrices, which `merge` then keeps.
  private func compute(_ matrices: [Int], of merge: TensorwiseMerge) throws {
    let matrices = Set(matrices)
    let own = merge.slices(part: world.globalRank, of: world.worldSize, limit: 1 << 18)
      .filter { matrices.contains($0.tensor) }
    let threads = world.threads
    try world.agreeing {
      try Parallel(threads: threads).forEach(own.count) { item in
        let info = merge.manifest.tensors[own[item].tensor]
        let bytes = UnsafeMutableRawBufferPointer.allocate(
          byteCount: info.byteCount, alignment: 64)
        defer { bytes.deallocate() }
        try merge.read(own[item], into: bytes)
      }
    }
  }

  /// The norms after every step, added up over tensors in their order.
  private func normSteps(
    _ inputs: ElementwiseInputs, _ matrices: [Int], _ fixed: Set<Int>, _ sums: SequentialSums
  ) throws -> NormSteps {
    let models = inputs.modelCount
    let names = inputs.manifest.tensors.map { "\($0.name)" }
    // Zero but at the rank that computed a matrix, so that the sum over ranks is exact.
    var squares = matrices.flatMap { sums.squares(of: names[$0]) }
    try world.allReduce(&squares, .sum)
    let products = try inputs.tensorSums(
      in: world, count: models * models, skipping: Set(matrices)
    ) { block, sums in
      for a in 0..<models {
        for b in 0...a { sums[a * models + b] += block.models[a].dot(block.models[b]) }
      }
    }
    var steps = NormSteps(models: models)
    try world.agreeing {
      for (tensor, products) in products.enumerated() where !matrices.contains(tensor) {
        guard products.allSatisfy({ $0.isFinite }) else {
          throw NonFiniteTaskVector(tensor: names[tensor])
        }
        steps.add(products: products, isFixed: fixed.contains(tensor))
      }
    }
    for matrix in matrices.indices {
      steps.add(squares: squares[(matrix * 2 * models)..<((matrix + 1) * 2 * models)])
    }
    return steps
  }
}

/// The error of a tensor whose task vectors have no finite norm.
struct NonFiniteTaskVector: Error, CustomStringConvertible {
  let tensor: String
  var description: String {
    "tensor '\(tensor)': a task vector holds values that are NaN or infinite, so no norm can be taken"
  }
}
