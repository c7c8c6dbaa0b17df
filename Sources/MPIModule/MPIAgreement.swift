/// What the ranks agreed on: the largest status, and the lowest rank that has it.
public struct MPIAgreement: Equatable, Sendable {
  /// The largest status; 0 where it went well on all ranks.
  public var status: Int32
  /// The lowest rank that gave this status.
  public var rank: Int

  /// An agreement of these two.
  public init(status: Int32, rank: Int) {
    self.status = status
    self.rank = rank
  }
}
