import Wording

/// What a method cannot do with the pool it is given.
public enum AlgorithmError: Error, ExitStatusProviding, CustomStringConvertible {
  case notImplemented(String)
  case weightCount(weights: Int, models: [String])
  case modelCount(needed: String, models: [String])
  case notOneModel(method: String)
  case noTensors(needed: String, model: String)

  /// 2: method and models of the configuration do not fit together.
  public var exitStatus: Int32 { 2 }

  /// One line for the user.
  public var description: String {
    switch self {
    case .notImplemented(let method):
      "\(method) does not override run(_:)"
    case .notOneModel(let method):
      "method.base_method: \(method) does not return one model, which is what is calibrated"
    case .noTensors(let needed, let model):
      "\(oneLine(model)): no tensor is one that the method works on: \(needed)"
    case .weightCount(let weights, let models):
      "method.weights has \(weights) value(s), but the model pool has \(models.count) model(s): \(models)"
    case .modelCount(let needed, let models):
      "the method needs \(needed), but modelpool.models has \(models.count): \(models)"
    }
  }
}
