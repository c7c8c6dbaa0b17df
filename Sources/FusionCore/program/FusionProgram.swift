/// What a running program offers to its components.
public protocol FusionProgram: AnyObject {
  /// The tasks that merged models are evaluated on, where the configuration names any.
  var taskpool: BaseTaskPool? { get }
  /// Whether to stop after one batch per task.
  var fastDevRun: Bool { get }
}
