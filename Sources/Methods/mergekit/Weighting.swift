import FusionCore
import Tensors

/// A merge whose tensors are combinations of the models' tensors, by weights that the tensors' dot
/// products decide.
///
/// - Parameters:
///   - hasBase: whether the inputs are task vectors, to be added to the pre-trained model.
///   - weights: what each model's tensor is multiplied by.
func combination(
  _ inputs: ElementwiseInputs, label: String, hasBase: Bool, weights: [[Double]]
) -> ElementwiseMerge {
  .weighted(inputs, label: label) { tensor in
    LinearCombination(
      weights: weights[tensor].map { $0 == 0 ? nil : $0 }, ontoBase: hasBase ? 1 : nil)
  }
}
