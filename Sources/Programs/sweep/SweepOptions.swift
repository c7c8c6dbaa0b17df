import ConfigTree
import FusionCore

/// The `sweep` group: how the jobs of a sweep are run.
public final class SweepOptions: Component {
  /// It is a group of the program and has no name of its own.
  public static var targets: [String] { [] }

  /// Ranks that work on one job; null for all.
  @Parameter("ranks_per_job") public var ranksPerJob: Int? = nil
  /// Whether jobs that an earlier run of the same sweep finished are left as they are.
  @Parameter("resume") public var resume = false

  /// The defaults.
  public init() {}

  /// Refuses groups of no ranks.
  public func validate() throws {
    if let ranks = ranksPerJob, ranks < 1 {
      throw ParameterError.invalid(
        key: "ranks_per_job", value: "\(ranks)", requirement: "must be at least 1, or null for all")
    }
  }
}
