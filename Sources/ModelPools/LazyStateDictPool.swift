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

  /// The models, where each is read by one process.
  var dealt: [String: DealtModel] = [:]
  /// Sizes and times of the files of those models, by the paths of their entries.
  var states: [String: String] = [:]

  /// The state of the files at a path, as the process that reads them sees it: their sizes, times
  /// and numbers; nil where there are none.
  public func inputState(_ path: String) -> String? {
    states[path] ?? InputState.describe(path)
  }

  /// Decides who reads the models, and where each is read by one process, opens them there and makes
  /// their tables known to all.
  ///
  /// A model that cannot be opened is an error when it is asked for, the same on all processes.
  /// Every process of `world` needs to call this method, before any model is opened.
  ///
  /// - Throws: `AgreedError`.
  open override func deal(_ split: Split) throws { try dealModels(split) }

  /// Opens the checkpoint; its header is checked, its values are not read.
  ///
  /// - Throws: `CheckpointError`, `TorchError`, `AdapterError`, `QuantizationError`, and
  ///   `PoolError.notAPath`.
  open override func load(_ config: ConfigNode, name: String) throws -> any StateDict {
    let model: any StoredModel =
      switch dealt[name] {
      case .model(let model): model
      case .failure(let error): throw error
      case nil: try openStored(name, try modelPath(name))
      }
    let ties = TiedWeights(model)
    guard !ties.pairs.isEmpty, name != referenceName else { return model }
    return try ties.aligned(model, to: try loadPretrainedOrFirstModel().manifest)
  }

  /// Opens the checkpoint at a path.
  func openStored(_ name: String, _ path: String) throws -> any StoredModel {
    try openModel(path) {
      name == "_pretrained_" || !self.hasPretrained ? nil : try self.loadPretrainedModel().origin
    }
  }

  /// The model whose tensors the merged one has.
  private var referenceName: String? { hasPretrained ? "_pretrained_" : modelNames.first }

  /// The merged model itself; where the pre-trained (else the first) model holds one tensor under
  /// two names, so does the merged one.
  open override func completed(_ merged: any StateDict) throws -> any StateDict {
    guard !(merged.origin is any AdapterStateDict), count > 0 || hasPretrained,
      let reference = try loadPretrainedOrFirstModel().origin as? any StoredModel
    else { return merged }
    return try TiedWeights(reference).tied(merged)
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
