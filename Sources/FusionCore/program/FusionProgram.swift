import Tensors

/// What a running program offers to its components.
public protocol FusionProgram: AnyObject {
  /// The tasks that merged models are evaluated on, where the configuration names any.
  var taskpool: BaseTaskPool? { get }
  /// The seed of all random choices of the job; nil where none was given.
  var seed: Int? { get }
  /// The folder for what a method writes besides models, `path.log_dir`; nil where none was given.
  var logDirectory: String? { get }
  /// Whether to stop after one batch per task.
  var fastDevRun: Bool { get }
  /// Whether merged models are saved.
  var savesModels: Bool { get }

  /// Saves a model that a method made on its way to the result, in `checkpoints/<name>` beside the
  /// result, where models are saved.
  ///
  /// Every process of the job needs to call this method.
  ///
  /// - Returns: what was saved; nil where models are not saved.
  /// - Throws: `AgreedError`.
  func saveCheckpoint(_ model: any StateDict, name: String) throws -> (any StateDict)?
}

extension FusionProgram {
  /// None, unless a program says otherwise.
  public var logDirectory: String? { nil }
  /// No, unless a program says otherwise.
  public var savesModels: Bool { false }
  /// Nothing is saved, unless a program says otherwise.
  public func saveCheckpoint(_ model: any StateDict, name: String) throws -> (any StateDict)? {
    nil
  }
}
