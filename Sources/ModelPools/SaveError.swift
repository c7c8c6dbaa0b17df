import Tensors
import Wording

/// What saving refuses.
public enum SaveError: Error, Equatable, CustomStringConvertible {
  case inputIsOutput(model: String, path: String)
  case invalidModelName(String)
  case besideModel(path: String)
  case adapterNeedsDirectory(path: String)
  case notFinite(tensor: TensorName, count: Int, of: Int, tensors: Int)
  case completeNotFinite(path: String, tensor: String, count: Int)

  /// One line for the user.
  public var description: String {
    switch self {
    case .inputIsOutput(let model, let path):
      "output \(oneLine(path)) is where the model '\(oneLine(model))' is read from; "
        + "choose another folder"
    case .besideModel(let path):
      "\(oneLine(path)): holds a whole model, beside which an adapter would not be found; "
        + "choose another folder"
    case .adapterNeedsDirectory(let path):
      "\(oneLine(path)): an adapter is a folder, with its configuration beside its weights; "
        + "name a folder"
    case .invalidModelName(let name):
      "a model called '\(oneLine(name))' cannot be saved: the name is no folder name, or another model has it"
    case .notFinite(let tensor, let count, let all, let tensors):
      "tensor '\(tensor)' of the output: \(count) of \(all) values are NaN or infinite"
        + (tensors > 1 ? " (\(tensors) such tensors)" : "")
        + "; set strict_finite=false to allow it"
    case .completeNotFinite(let path, let tensor, let count):
      "output \(oneLine(path)) is complete, but \(count) values of its tensor "
        + "'\(oneLine(tensor))' are NaN or infinite; set strict_finite=false to allow it"
    }
  }
}
