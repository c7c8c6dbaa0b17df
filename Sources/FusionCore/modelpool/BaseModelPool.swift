import ConfigTree
import Tensors

/// A table of models, loaded one by one when asked for.
///
/// Names that begin and end with an underscore are special: `_pretrained_` is the base of task
/// vectors, `_merged_` an already merged model. All others are the models to be merged.
open class BaseModelPool: Component, FabricMixin {
  /// FusionBench's dotted names of the pool.
  open class var targets: [String] {
    ["fusion_bench.modelpool.BaseModelPool", "fusion_bench.BaseModelPool"]
  }

  /// Names and entries of the models.
  @Parameter("models") public var table = ModelTable()
  /// Data sets to train on, by name.
  @Parameter("train_datasets") public var trainDatasets: ConfigNode? = nil
  /// Data sets to validate on, by name.
  @Parameter("val_datasets") public var valDatasets: ConfigNode? = nil
  /// Data sets to test on, by name.
  @Parameter("test_datasets") public var testDatasets: ConfigNode? = nil

  /// What the pool is for, `_usage_` of its configuration.
  public var usage: String?
  /// The program that uses the pool.
  public weak var program: (any FusionProgram)?
  /// The processes of the job; nil in a single process.
  public var fabric: (any Fabric)?
  /// How the reading of the models is shared.
  public var split = Split.layer
  /// Who makes passes over the models: each method for itself, or several together.
  var passes: any PassRunner = SinglePasses()
  var inputs: [InputKind: ElementwiseInputs] = [:]
  private var opened: [String: any StateDict] = [:]

  /// Makes an empty pool.
  public required init() {}

  /// Makes a pool of models in hand.
  ///
  /// - Throws: `PoolError` for names that are invalid or given twice.
  public convenience init(_ models: [(name: String, model: any StateDict)]) throws {
    self.init()
    for (name, model) in models { try table.add(name, .model(model)) }
  }

  /// Checks the parameters; the default accepts them all.
  open func validate() throws {}

  /// Opens the checkpoint that an entry names.
  ///
  /// - Throws: `PoolError.cannotLoad` in the base class, which knows no format.
  open func load(_ config: ConfigNode, name: String) throws -> any StateDict {
    throw PoolError.cannotLoad(name, pool: "\(Self.self)")
  }

  /// Decides who reads the models; in the base class, which opens none, every process has them all.
  ///
  /// Every process of `world` needs to call this method, before any model is opened.
  ///
  /// - Throws: `AgreedError`.
  open func deal(_ split: Split) throws { world.exchange = nil }

  /// Opens the data set that a node of `train_datasets`, `val_datasets` or `test_datasets` names.
  ///
  /// - Throws: `PoolError.datasetsUnsupported` in the base class.
  open func loadDataset(_ config: ConfigNode, name: String, split: String) throws -> any Dataset {
    throw PoolError.datasetsUnsupported(pool: "\(Self.self)")
  }

  /// The whole model that a merge of this pool's models belongs into; the merge itself unless a
  /// subclass hands out parts of models.
  ///
  /// - Throws: what opening models throws.
  open func completed(_ merged: any StateDict) throws -> any StateDict { merged }

  /// What the `config.json` beside the model called `name` says; nil where there is none.
  ///
  /// - Throws: `PoolError.unknownModel`, and what reading throws.
  open func configuration(of name: String) throws -> JSONValue? {
    guard let entry = table.entries[name] else {
      throw PoolError.unknownModel(name, available: allModelNames)
    }
    guard case .model(let model) = entry else { return nil }
    return (model.origin as? any ConfiguredStateDict)?.configuration
  }

  /// The models that were loaded so far and those in hand, in pool order.
  public var openedModels: [(name: String, model: any StateDict)] {
    table.entries.compactMap { name, entry in
      if case .model(let model) = entry { return (name, model) }
      return opened[name].map { (name, $0) }
    }
  }

  /// Adds a model in hand, or the configuration of one.
  ///
  /// - Throws: `PoolError` when the name is invalid or taken.
  public func addModel(_ name: String, _ entry: ModelEntry) throws { try table.add(name, entry) }

  /// The model called `name`; opened once, and the same from then on.
  ///
  /// - Throws: `PoolError.unknownModel`, and what opening throws.
  public func loadModel(_ name: String) throws -> any StateDict {
    guard let entry = table.entries[name] else {
      throw PoolError.unknownModel(name, available: allModelNames)
    }
    switch entry {
    case .model(let model): return model
    case .config(let config):
      if let model = opened[name] { return model }
      let model = try load(config, name: name)
      opened[name] = model
      return model
    }
  }
}
