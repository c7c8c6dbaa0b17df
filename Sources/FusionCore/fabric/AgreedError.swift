/// An error of one rank that every rank knows of and throws alike, so that all can end in order.
public struct AgreedError: Error, ExitStatusProviding, CustomStringConvertible {
  /// The lowest rank that failed.
  public let rank: Int
  /// The status that every process exits with.
  public let exitStatus: Int32
  /// That rank's message.
  public let description: String

  /// Describes a shared failure.
  public init(rank: Int, exitStatus: Int32, description: String) {
    self.rank = rank
    self.exitStatus = exitStatus
    self.description = description
  }
}
