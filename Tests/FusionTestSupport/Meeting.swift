import Foundation

/// Where the threads of a world meet: every collective is an exchange of bytes among all ranks.
final class Meeting: @unchecked Sendable {
  let size: Int
  private let condition = NSCondition()
  private var offers: [(kind: String, bytes: [UInt8])?]
  private var round = 0
  private var lastRound: Result<[[UInt8]], ThreadFabricError> = .success([])
  private var left: Int?
  private var peers: [Int: BlockPeer] = [:]
  private var groups: [[Int]: Meeting] = [:]
  private var groupRequests: [[Int]: Int] = [:]
  private var children: [(members: [Int], meeting: Meeting)] = []

  init(size: Int) {
    self.size = size
    offers = Array(repeating: nil, count: size)
  }

  /// Gives every rank what all ranks offered, in rank order.
  func exchange(_ bytes: [UInt8], by rank: Int, in kind: String) throws -> [[UInt8]] {
    condition.lock()
    defer { condition.unlock() }
    if let left { throw ThreadFabricError.abandoned(by: left) }
    let mine = round
    offers[rank] = (kind, bytes)
    let all = offers.compactMap { $0 }
    if all.count == size {
      let kinds = all.map(\.kind)
      lastRound =
        Set(kinds).count == 1 ? .success(all.map(\.bytes)) : .failure(.mismatch(kinds))
      offers = Array(repeating: nil, count: size)
      round += 1
      condition.broadcast()
    }
    while round == mine {
      if let left { throw ThreadFabricError.abandoned(by: left) }
      condition.wait()
    }
    // The next round cannot end before this rank has taken its part in it.
    return try lastRound.get()
  }

  /// Shows every rank what all ranks exchange blocks by, in rank order.
  func share(_ peer: BlockPeer, by rank: Int) throws -> [BlockPeer] {
    condition.withLock { peers[rank] = peer }
    _ = try exchange([], by: rank, in: "serve")
    let all = condition.withLock { (0..<size).compactMap { peers[$0] } }
    // Nobody shows another one before all have seen these.
    _ = try exchange([], by: rank, in: "serve")
    return all
  }

  /// The meeting of some of the ranks; made by the first that asks.
  func group(of members: [Int], by rank: Int) throws -> Meeting {
    condition.lock()
    defer { condition.unlock() }
    let group = groups[members] ?? Meeting(size: members.count)
    let requests = (groupRequests[members] ?? 0) + 1
    // Once all have it, the same members may ask for another one.
    groups[members] = requests == members.count ? nil : group
    groupRequests[members] = requests == members.count ? nil : requests
    children.append((members, group))
    return group
  }

  /// Lets those fail that wait for a rank that has ended.
  func leave(_ rank: Int) {
    condition.lock()
    left = left ?? rank
    let children = children
    condition.broadcast()
    condition.unlock()
    for (members, child) in children {
      if let rank = members.firstIndex(of: rank) { child.leave(rank) }
    }
  }
}
