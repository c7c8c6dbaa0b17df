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
}

extension FusionProgram {
  /// None, unless a program says otherwise.
  public var logDirectory: String? { nil }
}
