import FusionCore
import Tensors

/// Makes a merge of weights: θ = θ0 + Σ_t w_t τ_t, with the weights of every tensor's group.
struct AdaptiveMerges {
  /// The pre-trained model and the task vectors.
  let inputs: ElementwiseInputs
  /// Which tensors share their weights.
  let groups: WeightGroups

  /// Describes the merge; nothing is read.
  ///
  /// - Parameter weights: group by group, in each one weight per model.
  func merge(_ weights: [Double]) -> any StateDict {
    let (groups, models) = (groups.ofTensor, inputs.modelCount)
    return ElementwiseMerge.weighted(inputs, label: "adaptive fusion") { tensor in
      let first = groups[tensor] * models
      return LinearCombination(weights: Array(weights[first..<first + models]), ontoBase: 1)
    }
  }
}
