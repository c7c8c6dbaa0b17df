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
  ElementwiseMerge(inputs, label: label) { block in
    for (model, weight) in zip(block.models, weights[block.tensor]) where weight != 0 {
      block.sum.add(model, weight: weight)
    }
    if hasBase { block.sum.scale(by: 1, onto: block.base) }
  }
}
