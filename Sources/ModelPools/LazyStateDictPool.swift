import Checkpoints
import ConfigTree
import FusionCore
import Tensors

/// A pool of local checkpoints that are read slice by slice.
///
/// `models` maps a name to a path: a Hugging Face directory, one weight file, a LoRA adapter, or the
/// name of a repository in the local Hugging Face cache. An adapter is applied to `_pretrained_`, or,
/// in a pool without it, to the base that it names itself.
open class LazyStateDictPool: BaseModelPool {
  /// FusionBench's names. Its base pool and its `AutoModelPool` leave loading to what their entries
  /// name; here that is always the reading of a checkpoint.
  open override class var targets: [String] {
    [
      "fusion_bench.modelpool.LazyStateDictPool", "fusion_bench.modelpool.AutoModelPool",
      "fusion_bench.modelpool.BaseModelPool", "fusion_bench.BaseModelPool",
    ]
  }

  /// Opens the checkpoint; its header is checked, its values are not read.
  ///
  /// - Throws: `CheckpointError`, `TorchError`, `AdapterError`, `QuantizationError`, and
  ///   `PoolError.notAPath`.
  open override func load(_ config: ConfigNode, name: String) throws -> any StateDict {
    try openModel(try modelPath(name)) {
      name == "_pretrained_" || !self.hasPretrained ? nil : try self.loadPretrainedModel().origin
    }
  }

  /// Reads the `config.json` in the checkpoint's directory, or that of an adapter's base.
  ///
  /// - Throws: `JSONParsingError`, `CheckpointError`, and what opening the model throws.
  open override func configuration(of name: String) throws -> JSONValue? {
    guard let model = try loadModel(name).origin as? any StoredModel else {
      return try super.configuration(of: name)
    }
    return try model.configuration()
  }
}
