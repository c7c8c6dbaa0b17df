import FusionCore
import Tensors

/// What the DARE methods share: which values of task vectors are dropped.
struct DropParameters {
  /// The probability that a value is dropped.
  let sparsityRatio: Double
  /// Whether only weights of linear layers lose values.
  let onlyOnLinearWeights: Bool
  /// Whether values that stay are divided by 1 - `sparsityRatio`.
  let rescale: Bool
  /// What all draws follow from.
  let seed: Int
  /// What the keys in configurations begin with.
  var prefix = ""

  /// Refuses what is no probability, and a division by zero.
  func validate() throws {
    guard (0...1).contains(sparsityRatio) else {
      throw ParameterError.invalid(
        key: prefix + "sparsity_ratio", value: "\(sparsityRatio)",
        requirement: "must be from 0 to 1: the probability that a value is dropped")
    }
    if sparsityRatio == 1 && rescale {
      throw ParameterError.invalid(
        key: prefix + "sparsity_ratio", value: "\(sparsityRatio)",
        requirement: "nothing stays that could be rescaled by 1/(1 - \(prefix)sparsity_ratio); "
          + "use less, or \(prefix)rescale=false")
    }
  }

  /// The task vectors without what is dropped.
  func drop(_ inputs: ElementwiseInputs) -> ElementwiseInputs {
    let dropout = Dropout(
      probability: sparsityRatio, rescale: rescale,
      draws: RandomDraws(seed: seed, manifest: inputs.manifest),
      tensors: inputs.manifest.tensors.map {
        $0.dtype.isFloatingPoint && (!onlyOnLinearWeights || $0.isLinearWeight)
      })
    return inputs.preparing { dropout.apply(to: $0) }
  }
}
