import FusionCore
import OrderedCollections
import Tensors

extension Manifest {
  /// The type of all floating-point tensors of 16 bits or more; nil where they differ or there are
  /// none.
  var floatType: DType? {
    let types = Set(tensors.lazy.map(\.dtype).filter { $0.isFloatingPoint && $0.byteCount > 1 })
    return types.count == 1 ? types.first : nil
  }
}

extension JSONValue {
  /// A `config.json` that names this type wherever it named another one for its weights:
  /// `torch_dtype`, or `dtype` as transformers 5 calls it, also of the configurations of its parts.
  func naming(floatType: DType) -> JSONValue {
    guard case .object(let members) = self else { return self }
    var named = members
    for (key, value) in members {
      switch value {
      case .string(let text) where ["torch_dtype", "dtype"].contains(key):
        if let type = DType(userName: text), type.isFloatingPoint, type != floatType {
          let prefix = text.hasPrefix("torch.") ? "torch." : ""
          named[key] = .string(prefix + floatType.torchName)
        }
      case .object where key.hasSuffix("_config") && key != "quantization_config":
        named[key] = value.naming(floatType: floatType)
      default: break
      }
    }
    return .object(named)
  }
}
