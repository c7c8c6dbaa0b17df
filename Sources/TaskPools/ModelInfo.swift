import FusionCore
import Tensors

/// FusionBench's `model_info`: numbers of parameters, and the trainable ones as a fraction.
///
/// A checkpoint does not say what is trainable: every floating-point tensor counts as a trainable
/// parameter, integer buffers as none.
public func modelInfo(_ model: any StateDict) -> JSONValue { modelInfo([model]) }

/// The same of several models together.
func modelInfo(_ models: [any StateDict]) -> JSONValue {
  let parameters = models.reduce(0) { sum, model in
    model.manifest.tensors.filter(\.dtype.isFloatingPoint).reduce(sum) { $0 + $1.count }
  }
  return .object([
    "trainable_params": .integer(parameters),
    "all_params": .integer(parameters),
    "trainable_percentage": .number(parameters == 0 ? 0 : 1),
  ])
}
