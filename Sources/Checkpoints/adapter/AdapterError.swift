import Tensors
import Wording

/// What can be wrong with a PEFT adapter.
public enum AdapterError: Error, Equatable {
  case noWeights(directory: String)
  case noBase(path: String)
  case baseIsAdapter(path: String, base: String)
  case missing(path: String, key: String)
  case wrongType(path: String, key: String, expected: String)
  case kind(path: String, type: String)
  case unsupported(path: String, feature: String)
  case changesBase(path: String, initialisation: String)
  case pattern(path: String, key: String, pattern: String)
  case rank(path: String, module: String, expected: Double, found: Int)
  case unknownTensor(path: String, tensor: TensorName)
  case halfPair(path: String, module: String)
  case notInBase(path: String, tensor: TensorName, base: String, didYouMean: TensorName?)
  case notFloating(path: String, tensor: TensorName)
  case shapes(path: String, tensor: TensorName, base: [Int], a: [Int], b: [Int])
  case replacementShape(path: String, tensor: TensorName, base: [Int], found: [Int])
}

extension AdapterError: CustomStringConvertible {
  /// One line for the user.
  public var description: String {
    switch self {
    case .noWeights(let directory):
      "\(oneLine(directory)): an adapter without weights; looked for adapter_model.safetensors,"
        + " adapter_model.bin"
    case .noBase(let path):
      "\(oneLine(path)): 'base_model_name_or_path' is missing, and the pool has no '_pretrained_'"
        + " model to apply the adapter to"
    case .baseIsAdapter(let path, let base):
      "\(oneLine(path)): the base '\(oneLine(base))' is an adapter itself; name a whole model as"
        + " '_pretrained_'"
    case .missing(let path, let key):
      "\(oneLine(path)): '\(key)' is missing"
    case .wrongType(let path, let key, let expected):
      "\(oneLine(path)): '\(oneLine(key, limit: 200))' must be \(expected)"
    case .kind(let path, let type):
      "\(oneLine(path)): adapters of type '\(oneLine(type, limit: 40))' are not applied, only LORA;"
        + " merge it into its base with PEFT's merge_and_unload() first"
    case .unsupported(let path, let feature):
      "\(oneLine(path)): '\(feature)' is not supported;"
        + " merge the adapter into its base with PEFT's merge_and_unload() first"
    case .changesBase(let path, let initialisation):
      "\(oneLine(path)): init_lora_weights '\(oneLine(initialisation, limit: 40))' changes the base"
        + " too; save the adapter with path_initial_model_for_weight_conversion"
    case .pattern(let path, let key, let pattern):
      "\(oneLine(path)): '\(oneLine(pattern, limit: 200))' in \(key) is a regular expression;"
        + " only module names are understood"
    case .rank(let path, let module, let expected, let found):
      "\(oneLine(path)): module '\(oneLine(module, limit: 200))' has rank \(found) where the"
        + " configuration says \(expected)"
    case .unknownTensor(let path, let tensor):
      "\(oneLine(path)): tensor '\(tensor)' is no part of a LoRA adapter that can be applied"
    case .halfPair(let path, let module):
      "\(oneLine(path)): module '\(oneLine(module, limit: 200))' has only one of lora_A and lora_B"
    case .notInBase(let path, let tensor, let base, let suggestion):
      "\(oneLine(path)): tensor '\(tensor)' is not in the base \(oneLine(base))"
        + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
    case .notFloating(let path, let tensor):
      "\(oneLine(path)): tensor '\(tensor)' is not of a floating-point type"
    case .shapes(let path, let tensor, let base, let a, let b):
      "\(oneLine(path)): lora_A \(a) and lora_B \(b) do not fit tensor '\(tensor)' \(base)"
    case .replacementShape(let path, let tensor, let base, let found):
      "\(oneLine(path)): tensor '\(tensor)' has shape \(found), but \(base) in the base"
    }
  }
}
