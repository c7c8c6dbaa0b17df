import Wording

extension StructureError: CustomStringConvertible {
  /// One line for the user.
  public var description: String {
    switch self {
    case .noLayers(let model, nil):
      "\(oneLine(model)): no tensor's name holds a layer's number, such as 'layers.0.weight'"
    case .noLayers(let model, ""?):
      "\(oneLine(model)): no tensor's name begins with a layer's number, so the model is no module list; "
        + "use method.model_kind=state_dict"
    case .noLayers(let model, let prefix?):
      "\(oneLine(model)): no tensor's name begins with '\(oneLine(prefix))' and a layer's number"
    case .layerNumber(let name, let model):
      "\(oneLine(model)): tensor '\(name)': its layer number is not one that PyTorch writes"
    case .notInAList(let name, let model, let remedy):
      "\(oneLine(model)): tensor '\(name)' is in no numbered layer, so the model is no module list; "
        + "use \(remedy)"
    case .layerCounts(let count, let model, let expected, let reference):
      "\(oneLine(model)) has \(count) layer(s), but \(oneLine(reference)) has \(expected)"
    case .noModule(let name, let model, let reference):
      "\(oneLine(model)) has no module '\(name)', which \(oneLine(reference)) has"
    case .noSuchLayer(let key, let index, let count, let model):
      "\(key) names layer \(index), but \(oneLine(model)) has \(count) layer(s): "
        + "0 to \(count - 1), or -\(count) to -1 from the end"
    case .modelCount(let method, let wanted, let models):
      "\(method) takes \(wanted) model(s), but the model pool has \(models.count): \(models)"
    case .noPlace(let name, let model, let architecture):
      "\(oneLine(model)): tensor '\(name)' has no place in \(architecture)"
    case .noTensor(let name, let model, let architecture):
      "\(oneLine(model)): no tensor '\(name)', which \(architecture) needs"
    case .shape(let name, let expected, let found, let model):
      "\(oneLine(model)): tensor '\(name)' has shape \(found), but \(expected) is needed"
    }
  }
}
