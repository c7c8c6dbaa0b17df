/// Where a rank sits on the machines of a job.
public struct MPIPlacement: Equatable, Sendable {
  /// The rank among the ranks on this node.
  public var localRank: Int
  /// The number of ranks on this node.
  public var localSize: Int
  /// The index of this node, in the order of the nodes' lowest ranks.
  public var nodeRank: Int
  /// The number of nodes.
  public var nodeCount: Int

  /// A placement of these numbers.
  public init(localRank: Int, localSize: Int, nodeRank: Int, nodeCount: Int) {
    self.localRank = localRank
    self.localSize = localSize
    self.nodeRank = nodeRank
    self.nodeCount = nodeCount
  }
}

extension Communicator {
  /// Finds which ranks share a node.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func placement() throws -> MPIPlacement {
    let node = try splitShared()
    var leader = [rank]
    try node.broadcast(&leader, root: 0)
    let leaders = Set(try allGather(leader)).sorted()
    return MPIPlacement(
      localRank: node.rank, localSize: node.size,
      nodeRank: leaders.firstIndex(of: leader[0]) ?? 0, nodeCount: leaders.count)
  }
}
