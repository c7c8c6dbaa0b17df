import Wording

extension PoolError: CustomStringConvertible {
  /// One line for the user.
  public var description: String {
    switch self {
    case .noModels:
      "the model pool has no models: set modelpool.models, e.g. 'modelpool.models={_pretrained_: base, a: ft1}'"
    case .noPretrained(let available):
      "the method needs a model called '_pretrained_' in modelpool.models; available models: \(available)"
    case .unknownModel(let name, let available):
      "no model '\(name)' in modelpool.models; available models: \(available)"
    case .unknownDataset(let name, let split, let available):
      "no data set '\(name)' in modelpool.\(split)_datasets; available: \(available)"
    case .duplicateModel(let name):
      "the model pool has a model called '\(name)' already"
    case .invalidName(let name):
      "model name '\(oneLine(name))' is empty or holds a line break, tab or NUL"
    case .notAPath(let name):
      "modelpool.models.\(name) is not a path"
    case .cannotLoad(let name, let pool):
      "\(pool) cannot load modelpool.models.\(name): a path of a local checkpoint is needed"
    case .datasetsUnsupported(let pool):
      "\(pool) loads no data sets"
    case .noLayers(let name, let prefix):
      "modelpool.models.\(name) has no tensors '\(prefix)*': it is no language model of this layout"
    }
  }
}
