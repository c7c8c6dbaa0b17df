import FusionCore
import Tensors

/// What a run refuses.
enum ProgramError: Error, Equatable, CustomStringConvertible {
  case outputExists(String)
  case inputIsOutput(model: String, path: String)

  var description: String {
    switch self {
    case .outputExists(let path):
      "\(path) exists already; use overwrite=true to replace it"
    case .inputIsOutput(let model, let path):
      "merged_model_save_path \(path) is where the model '\(model)' is read from; choose another folder"
    }
  }
}
