import ConfigTree
import FusionCore
import Tensors

/// `model_kwargs`: what transformers' `from_pretrained` is given in FusionBench.
///
/// The type matters here; the rest says how a network is put on devices, and models are read as
/// tables of tensors.
final class ModelArguments: Component {
  /// Not named by any `_target_`: the pool reads it.
  static var targets: [String] { ["model_kwargs"] }

  /// The type of floating-point values as they are read.
  @Parameter("torch_dtype") var torchType = LoadedType.stored
  /// The name that transformers 5 gives to `torch_dtype`.
  @Parameter("dtype") var type = LoadedType.stored
  @Parameter("device_map") var deviceMap: ConfigNode? = nil
  @Parameter("low_cpu_mem_usage") var usesLittleMemory: Bool? = nil
  @Parameter("trust_remote_code") var trustsCode: Bool? = nil
  @Parameter("attn_implementation") var attention: String? = nil
  @Parameter("use_cache") var usesCache: Bool? = nil

  /// The type that either name gives.
  var loadedType: LoadedType { type.dtype == nil ? torchType : type }

  func validate() throws {}
}

/// The type that values are read in: the stored one, or another.
enum LoadedType: ConfigRepresentable {
  case stored
  case other(FloatType)

  /// The other type.
  var dtype: DType? {
    if case .other(let type) = self { type.dtype } else { nil }
  }

  /// Reads a type's name, `auto` or null.
  static func decode(_ node: ConfigNode, key: String) throws -> LoadedType {
    if node.isNull || node.string == "auto" { return .stored }
    return .other(try FloatType.decode(node, key: key))
  }

  /// The type's name or null.
  func encoded() -> ConfigNode {
    if case .other(let type) = self { type.encoded() } else { ConfigNode(.null) }
  }
}
