/// What a task pool cannot evaluate.
public enum TaskPoolError: Error, Equatable, ExitStatusProviding, CustomStringConvertible {
  case noEnsembles(taskpool: String)

  /// 2: method and task pool of the configuration do not fit together.
  public var exitStatus: Int32 { 2 }

  /// One line for the user.
  public var description: String {
    switch self {
    case .noEnsembles(let taskpool):
      "\(taskpool) evaluates single models, no ensembles: use a task pool that runs networks, or "
        + "none (taskpool=null)"
    }
  }
}
