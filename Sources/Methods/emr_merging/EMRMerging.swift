import FusionCore
import Tensors

/// Elect, mask and rescale: one unified task vector u, and for each task a mask of one bit per
/// element and one number: θ_t = θ0 + r_t m_t ⊙ u.
///
/// With γ the sign of Σ_t τ_t (-1 where that is 0), u = γ max_t |τ_t| over the τ_t of sign γ, and
/// m_t = [τ_t γ > 0]. The rescaler is r_t = Σ_k mean|τ_t| / Σ_k mean|m_t u|, means over the
/// elements of tensor k. Source: Huang et al., "EMR-Merging: tuning-free high-performance model
/// merging", 2024, https://arxiv.org/abs/2405.17461.
public final class EMRMerging: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.emr_merging.EMRMerging",
      "fusion_bench.method.emr_merging.emr_merging.EMRMerging",
      "fusion_bench.method.EMRMerging",
    ]
  }

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Makes a model for each of the pool's.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, or they do not fit together.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors()
    }
    let factors = try profile("find rescalers") { try rescalers(of: inputs) }
    if world.isGlobalZero {
      let pairs = zip(inputs.modelNames, factors).map { "\($0): \($1)" }
      Log.line("rescalers: \(pairs.joined(separator: ", "))")
    }
    return .models(
      inputs.modelNames.enumerated().map { task, name in
        let factor = factors[task]
        let model = ElementwiseMerge(inputs, label: "EMR merging for \(name)") { block in
          block.setUnified()
          block.keepAgreeing(block.sum, with: task)
          block.sum.scale(by: factor, onto: block.base)
        }
        return (name, model)
      })
  }

  /// The unified task vector u.
  public func unifiedTaskVector(of inputs: ElementwiseInputs) -> ElementwiseMerge {
    ElementwiseMerge(inputs, label: "unified task vector") { $0.setUnified() }
  }

  /// r_t of every model; 1 for one of which nothing is left to rescale.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Parameter inputs: task vectors.
  /// - Throws: `AgreedError` when reading failed on any rank.
  public func rescalers(of inputs: ElementwiseInputs) throws -> [Double] {
    let count = inputs.modelCount
    let sums = try inputs.tensorSums(in: world, count: 2 * count) { block, sums in
      block.setUnified()
      withUnsafeTemporaryAllocation(of: Double.self, capacity: block.sum.values.count) { part in
        for (task, model) in block.models.enumerated() {
          _ = part.initialize(fromContentsOf: block.sum.values)
          block.keepAgreeing(SumSlab(values: part), with: task)
          sums[task] += model.absoluteSum()
          sums[count + task] += Slab.float64(part).absoluteSum()
        }
      }
    }
    return (0..<count).map { task in
      var (own, unified) = (0.0, 0.0)
      for (tensor, values) in zip(inputs.manifest.tensors, sums) where tensor.count > 0 {
        own += values[task] / Double(tensor.count)
        unified += values[count + task] / Double(tensor.count)
      }
      return unified == 0 ? 1 : own / unified
    }
  }
}
