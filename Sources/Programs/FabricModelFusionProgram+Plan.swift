import Checkpoints
import ConfigTree
import FusionCore
import ModelPools

extension FabricModelFusionProgram {
  /// A checksum of all that the bytes of the output depend on: this program's version, method,
  /// models, seed, how weights are written, and the state of every file that the configuration of
  /// method and models names.
  func plan(_ parts: Parts) -> String {
    var text = "\(fusionBenchVersion)\n\(method.yaml())\n\(modelpool.yaml())\n"
    text += "seed \(seed.map(String.init) ?? "null")\n"
    text += "dtype \(parts.saving.dtype?.dtype.rawValue ?? "null")\n"
    text += "max_shard_size \(parts.saving.maxShardSize.bytes)\n"
    for path in method.strings + modelpool.strings {
      let state = (parts.pool as? LazyStateDictPool).map { $0.inputState(path) }
      if let state = state ?? InputState.describe(path) { text += "\(path)\n\(state)" }
    }
    return text.withUTF8 { FileChecksum(.sha256, of: UnsafeRawBufferPointer($0)).digits }
  }
}

extension ConfigNode {
  /// All texts below this node, in order.
  var strings: [String] {
    switch value {
    case .string(let text): [text]
    case .list(let nodes): nodes.flatMap(\.strings)
    case .dictionary(let entries): entries.values.flatMap(\.strings)
    default: []
    }
  }
}
