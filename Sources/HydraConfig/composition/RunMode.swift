/// Whether a configuration is composed for one job or for a sweep.
public enum RunMode: String, Sendable {
  /// One job.
  case run = "RUN"
  /// The head of a sweep: groups may be left unchosen, and sweeps are allowed.
  case multirun = "MULTIRUN"
}
