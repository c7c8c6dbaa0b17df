import Checkpoints
import ConfigTree
import FusionCore
import Tensors

/// `merged_model_save_kwargs`: how the merged model is written.
public final class SaveOptions: Component {
  /// Not named by any `_target_`: the program reads it.
  public static var targets: [String] { ["merged_model_save_kwargs"] }

  /// Bytes of one weight file at most, such as `5GB`.
  @Parameter("max_shard_size") public var maxShardSize = ShardSize.standard
  /// Type of the floating-point tensors; null keeps that of the pre-trained or first model.
  @Parameter("dtype") public var dtype: FloatType? = nil
  /// Whether the data are on the disk before the final name appears.
  @Parameter("fsync") public var fsync = true
  /// How weight files are summed for the manifest.
  @Parameter("checksum") public var checksum = ChecksumName.standard

  /// The defaults.
  public init() {}

  /// All values are checked where they are read.
  public func validate() throws {}
}

/// A number of bytes in a configuration: `5GB`, `500MB`, `2GiB`, or an integer.
public struct ShardSize: ConfigRepresentable, Sendable {
  /// 5 GB, as transformers writes.
  public static let standard = ShardSize(bytes: SafetensorsLayout.defaultShardSize)
  /// At least 1.
  public let bytes: Int

  /// A size of `bytes`.
  public init(bytes: Int) { self.bytes = bytes }

  /// Reads a size.
  public static func decode(_ node: ConfigNode, key: String) throws -> ShardSize {
    switch node.value {
    case .int(let bytes) where bytes > 0: return ShardSize(bytes: bytes)
    case .string(let text):
      if let bytes = try? ByteSize.parse(text) { return ShardSize(bytes: bytes) }
    default: break
    }
    throw ParameterError.wrongType(key: key, expected: "a size such as 5GB or 500MB", node)
  }

  /// The bytes.
  public func encoded() -> ConfigNode { ConfigNode(.int(bytes)) }
}

/// A floating-point type in a configuration, by PyTorch's or FusionBench's name.
public struct FloatType: ConfigRepresentable, Sendable {
  /// The type.
  public let dtype: DType

  /// Reads a name such as `float32` or `bf16`.
  public static func decode(_ node: ConfigNode, key: String) throws -> FloatType {
    let known: [DType] = [.float32, .float16, .bfloat16, .float64]
    guard case .string(let name) = node.value, let dtype = DType(userName: name),
      known.contains(dtype)
    else {
      throw ParameterError.wrongType(
        key: key, expected: "one of \(known.map(\.torchName).joined(separator: ", "))", node)
    }
    return FloatType(dtype: dtype)
  }

  /// The name.
  public func encoded() -> ConfigNode { ConfigNode(.string(dtype.torchName)) }
}

/// A checksum in a configuration: `sha256` or `xxh128`.
public struct ChecksumName: ConfigRepresentable, Sendable {
  /// XXH3: SHA-256 would take a third of all work of a merge that waits for no disk.
  public static let standard = ChecksumName(kind: .xxh128)
  /// The checksum.
  public let kind: ChecksumKind

  /// Reads a name.
  public static func decode(_ node: ConfigNode, key: String) throws -> ChecksumName {
    guard case .string(let name) = node.value, let kind = ChecksumKind(rawValue: name) else {
      let known = ChecksumKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ParameterError.wrongType(key: key, expected: "one of \(known)", node)
    }
    return ChecksumName(kind: kind)
  }

  /// The name.
  public func encoded() -> ConfigNode { ConfigNode(.string(kind.rawValue)) }
}
