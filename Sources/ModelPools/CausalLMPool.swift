import ConfigTree
import FusionCore
import Tensors

/// A pool of language models in local directories or in the local Hugging Face cache.
///
/// Values are always read slice by slice, whatever `enable_lazy_loading` says.
open class CausalLMPool: LazyStateDictPool {
  /// FusionBench's names.
  open override class var targets: [String] {
    [
      "fusion_bench.modelpool.CausalLMPool", "fusion_bench.CausalLMPool",
      "fusion_bench.modelpool.causal_lm.CausalLMPool",
    ]
  }

  /// Whose tokenizer belongs to the models. Accepted for FusionBench's configurations: the files of
  /// the pre-trained (else the first) model are copied.
  @Parameter("tokenizer") public var tokenizer: ConfigNode? = nil
  /// How models are loaded: `torch_dtype` says in which type; see `ModelArguments`.
  @Parameter("model_kwargs") public var modelArguments = ConfigNode(.null)
  /// Accepted for FusionBench's configurations.
  @Parameter("enable_lazy_loading") public var enablesLazyLoading = false
  /// A value that other keys of FusionBench's files refer to by interpolation.
  @Parameter("pretrained_model_name_or_path") var pretrainedPath: String? = nil
  /// A value that other keys of FusionBench's files refer to by interpolation.
  @Parameter("base_model") var baseModel: String? = nil

  private let arguments = ModelArguments()

  /// Checks `model_kwargs`.
  open override func validate() throws {
    try super.validate()
    if !modelArguments.isNull { try arguments.configure(modelArguments, at: "model_kwargs") }
  }

  /// Opens a model, in the type that its own `torch_dtype` names, or else that of `model_kwargs`.
  ///
  /// - Throws: `CheckpointError`, `PoolError.notAPath`, `ParameterError`.
  open override func load(_ config: ConfigNode, name: String) throws -> any StateDict {
    let model = try super.load(config, name: name)
    let own = config["torch_dtype"] ?? config["dtype"]
    let dtype =
      try own.map { try LoadedType.decode($0, key: "modelpool.models.\(name).torch_dtype") }
      ?? arguments.loadedType
    return try dtype.dtype.map { try model.casting(to: $0) } ?? model
  }
}
