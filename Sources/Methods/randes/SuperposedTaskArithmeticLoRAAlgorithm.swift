import FusionCore
import LinearAlgebra
import Tensors

/// RanDeS on LoRA adapters: θ_t = θ0 + λ s_t B'_t A'_t, the factors A'_t and B'_t taken out of the
/// superposition of all adapters' factors, s_t the scale of model t's adapter; factors that are no
/// targets are added up.
///
/// Source: Zhou et al., "RanDeS", 2025, https://arxiv.org/abs/2505.11204; Hu et al., "LoRA: Low-Rank
/// Adaptation of Large Language Models", 2021, https://arxiv.org/abs/2106.09685.
public final class SuperposedTaskArithmeticLoRAAlgorithm: SuperposedTaskArithmeticAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.randes.SuperposedTaskArithmeticLoRAAlgorithm",
      "fusion_bench.method.randes.task_arithmetic.SuperposedTaskArithmeticLoRAAlgorithm",
      "fusion_bench.method.SuperposedTaskArithmeticLoRAAlgorithm",
    ]
  }

  /// Makes a model for each of the pool's, all of which are adapters of `_pretrained_`.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, models are no adapters or those of
  ///   other weights, or adapters change more than products of factors can.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let (base, adapters) = try profile("load models") {
      try world.agreeing {
        try validate()
        let base = try modelpool.loadPretrainedModel()
        guard modelpool.count > 0 else { throw PoolError.noModels }
        return (base, try SuperposedAdapters(modelpool.namedModels(), base: base))
      }
    }
    let inputs = adapters.inputs
    let targets = targetPositions(in: inputs.manifest)
    let superposition = try superposition(of: inputs, targets, ofTaskVectors: false)
    try report(
      inputs.manifest, targets: targets, models: inputs.modelCount, base: base.manifest)
    let weights = try ElementwiseInputs(models: [("_pretrained_", base)])
    return .models(
      inputs.modelNames.enumerated().map { model, name in
        (name, merge(model, adapters, superposition, onto: weights))
      })
  }

  private func merge(
    _ model: Int, _ adapters: SuperposedAdapters, _ superposition: Superposition,
    onto weights: ElementwiseInputs
  ) -> TensorwiseMerge {
    let tensors = weights.manifest.tensors
    let others = ElementwiseMerge(
      weights, label: "superposed task arithmetic for \(adapters.inputs.modelNames[model])",
      keeping: Set(tensors.indices)
    ) { _ in }
    let factors = adapters.inputs.manifest.tensors
    let products = adapters.products.filter { tensors[$0.weight].count > 0 }
    let wholes = products.map { product in
      let demands = [superposition.demand(product.a), superposition.demand(product.b)]
      let (info, rank) = (tensors[product.weight], factors[product.a].shape.first ?? 1)
      let read = weights.work(of: Slice(tensor: product.weight, elements: 0..<info.count))
      return TensorwiseMerge.Whole(
        tensor: product.weight,
        cost: demands.reduce(read.seconds) { $0 + $1.seconds }
          + MatrixCost.product(info.count, 1, rank),
        bytes: 8 * (info.count + demands.reduce(0) { $0 + $1.numbers }),
        bytesRead: demands.reduce(read.bytesRead) { $0 + $1.bytesRead })
    }
    let byWeight = Dictionary(
      products.map { ($0.weight, $0) }, uniquingKeysWith: { first, _ in first })
    let scalingFactor = scalingFactor
    return TensorwiseMerge(wholes, others: others, in: world) { tensor, values in
      guard let product = byWeight[tensor] else { return }
      try weights.readValues(0, tensor, into: values)
      try superposition.pools.withPool { pool in
        let algebra = try MatrixAlgebra(tensor: "\(tensors[tensor].name)", pool: pool)
        /// A factor as a matrix with a row for each number of its first dimension.
        func factor(_ position: Int) throws -> Matrix<Double> {
          let info = factors[position]
          let rows = info.shape[0]
          let matrix = try algebra.matrix(rows, info.count / rows, of: Double.self)
          try matrix.withValues { try superposition.retrieve(model, position, into: $0, algebra) }
          return matrix
        }
        let (a, b) = (try factor(product.a), try factor(product.b))
        let update = product.updates[model]
        let (m, n) = update.isTransposed ? (a.columns, b.rows) : (b.rows, a.columns)
        let result = Matrix(rows: m, columns: n, over: values)
        let alpha = scalingFactor * update.scale
        if update.isTransposed {
          algebra.multiply(a, .transposed, b, .transposed, alpha: alpha, beta: 1, into: result)
        } else {
          algebra.multiply(b, .plain, a, .plain, alpha: alpha, beta: 1, into: result)
        }
      }
    }
  }
}
