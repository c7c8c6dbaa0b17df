/// Misuse of a profiler.
public enum ProfilerError: Error, Equatable, CustomStringConvertible {
  case running(String)
  case notRunning(String)

  /// One line for the user.
  public var description: String {
    switch self {
    case .running(let action): "the profiler is timing '\(action)' already"
    case .notRunning(let action): "the profiler is not timing '\(action)'"
    }
  }
}
