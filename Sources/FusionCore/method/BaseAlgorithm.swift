import ConfigTree
import OrderedCollections

/// A fusion method: from a pool of models to a merged one.
///
/// A subclass declares its `targets` and parameters, and overrides `run`. It uses `world` for what
/// all elements decide together and never asks whether it is distributed:
///
/// ```swift
/// public final class MyAlgorithm: BaseAlgorithm {
///   public override class var targets: [String] { ["fusion_bench.method.MyAlgorithm"] }
///   @Parameter("custom_param") public var customParam = 0.5
///
///   public override func run(_ modelpool: BaseModelPool) throws -> FusionResult { … }
/// }
/// ```
open class BaseAlgorithm: Component, FabricMixin {
  /// FusionBench's dotted names of the method.
  open class var targets: [String] { [] }

  /// What the method is for, `_usage_` of its configuration.
  public var usage: String?
  /// The program that runs the method; its task pool is at `program?.taskpool`.
  public weak var program: (any FusionProgram)?
  /// The processes of the job; nil in a single process.
  public var fabric: (any Fabric)?

  /// Whether several jobs of a sweep may run this method side by side on one pool, so that passes
  /// over the models are shared. Methods that keep whole models in memory, or talk to the task pool
  /// themselves, override it with false.
  open var sharesPasses: Bool { true }

  /// Makes the method with default parameters.
  public required init() {}

  /// Checks the parameters; the default accepts them all.
  open func validate() throws {}

  /// Called before `run`.
  open func onRunStart() throws {}

  /// Merges the models of `modelpool`.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Returns: the merge, usually a state dict that is computed when it is read.
  /// - Throws: when models are missing or do not fit together.
  open func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    throw AlgorithmError.notImplemented(Self.targets.first ?? "\(Self.self)")
  }

  /// What the method adds to the report of its model, after `run`.
  open var reportEntries: OrderedDictionary<String, JSONValue> { [:] }

  /// Called after `run` returned.
  open func onRunEnd() throws {}
}

/// The name that FusionBench deprecated in favour of `BaseAlgorithm`.
@available(*, deprecated, renamed: "BaseAlgorithm")
public typealias BaseModelFusionAlgorithm = BaseAlgorithm
