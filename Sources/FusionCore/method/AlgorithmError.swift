import Wording

/// What a method cannot do with the pool it is given.
public enum AlgorithmError: Error, ExitStatusProviding, CustomStringConvertible {
  case notImplemented(String)
  case weightCount(weights: Int, models: [String])
  case modelCount(needed: String, models: [String])
  case notOneModel(method: String)
  case noTensors(needed: String, model: String)
  case noAdapter(model: String, path: String)
  case notLowRank(model: String, path: String, tensor: String)

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
    case .noAdapter(let model, let path):
      "modelpool.models.\(oneLine(model)): \(oneLine(path)) is no LoRA adapter; the method needs a"
        + " directory with adapter_config.json for every model"
    case .notLowRank(let model, let path, let tensor):
      "modelpool.models.\(oneLine(model)): \(oneLine(path)) changes tensor '\(oneLine(tensor))'"
        + " other than by lora_A and lora_B, which is all that the method works on"
    case .weightCount(let weights, let models):
      "method.weights has \(weights) value(s), but the model pool has \(models.count) model(s): \(models)"
    case .modelCount(let needed, let models):
      "the method needs \(needed), but modelpool.models has \(models.count): \(models)"
    }
  }
}
