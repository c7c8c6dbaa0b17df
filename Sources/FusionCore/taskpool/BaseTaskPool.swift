import ConfigTree
import Tensors

/// Tasks that a merged model is evaluated on. Only rank 0 evaluates.
open class BaseTaskPool: Component {
  /// FusionBench's dotted names of the task pool.
  open class var targets: [String] { [] }

  /// What the task pool is for, `_usage_` of its configuration.
  public var usage: String?
  /// The program that uses the task pool.
  public weak var program: (any FusionProgram)?

  /// Threads that evaluating may keep busy; nil for all cores at hand. No report may depend on it.
  public var threads: Int?

  /// Makes a task pool without tasks.
  public required init() {}

  /// Whether evaluating reads values; where not, a model that is not saved need not be computed.
  open var needsValues: Bool { true }

  /// Whether evaluating wants the norm of the model and no other values: the ranks compute it
  /// together then, and `evaluate` is given a `MeasuredStateDict`.
  open var needsNorm: Bool { false }

  /// Checks the parameters; the default accepts them all.
  open func validate() throws {}

  /// Looks at everything that evaluating needs, on rank 0, before the models are merged: what is
  /// missing should be known before hours of work and not after them.
  ///
  /// - Throws: when data or networks cannot be had.
  open func prepare() throws {}

  /// Evaluates a model, in FusionBench's report shape: `model_info`, an entry per task, `average`.
  ///
  /// - Throws: when data or the model's network cannot be had.
  open func evaluate(_ model: any StateDict) throws -> JSONValue {
    throw AlgorithmError.notImplemented(Self.targets.first ?? "\(Self.self)")
  }

  /// Evaluates a model on the tasks that have one of some names, on all where there is no such task.
  ///
  /// - Throws: what evaluating throws.
  open func evaluate(_ model: any StateDict, tasks: [String]) throws -> JSONValue {
    try evaluate(model)
  }

  /// Evaluates models that answer together; the report is that of one model.
  ///
  /// - Throws: `TaskPoolError.noEnsembles` in the base class, and what evaluating throws.
  open func evaluate(_ ensemble: Ensemble) throws -> JSONValue {
    throw TaskPoolError.noEnsembles(taskpool: Self.targets.first ?? "\(Self.self)")
  }
}
