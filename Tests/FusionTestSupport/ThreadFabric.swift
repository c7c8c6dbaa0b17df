import FusionCore
import Foundation

/// One rank of a world whose ranks are threads of this process.
///
/// What MPI would answer with a hang is an error here: ranks that meet in different collectives, a
/// rank that ends while others wait for it.
public final class ThreadFabric: Fabric {
  /// Position of this thread among the ranks.
  public let globalRank: Int
  /// Number of ranks.
  public let worldSize: Int
  /// The global rank: there is one host.
  public var localRank: Int { globalRank }
  /// All ranks: there is one host.
  public var localWorldSize: Int { worldSize }
  /// Always 0.
  public var nodeRank: Int { 0 }
  /// Threads that this rank may keep busy.
  public let defaultThreads = 1
  /// What this rank says of the threads that it may keep busy.
  public var threads: Int
  /// Where blocks of other ranks are asked for, where models are dealt to ranks.
  public var exchange: BlockExchange?
  /// `threads`.
  public var backend: String { "threads" }
  private let meeting: Meeting

  init(rank: Int, threads: Int, meeting: Meeting) {
    globalRank = rank
    worldSize = meeting.size
    self.threads = threads
    self.meeting = meeting
  }

  /// Runs `body` on every rank of a world, each on a thread of its own.
  ///
  /// - Parameters:
  ///   - ranks: number of ranks.
  ///   - threads: what each rank says of the threads that it may keep busy.
  /// - Returns: what the ranks returned or threw, in rank order.
  public static func outcomes<R: Sendable>(
    ranks: Int, threads: Int = 1, _ body: @escaping @Sendable (ThreadFabric) throws -> R
  ) -> [Result<R, any Error>] {
    let meeting = Meeting(size: ranks)
    let board = Board<R>(count: ranks)
    for rank in 0..<ranks {
      Thread {
        let outcome = Result {
          try body(ThreadFabric(rank: rank, threads: threads, meeting: meeting))
        }
        meeting.leave(rank)
        board.post(outcome, rank)
      }.start()
    }
    return board.all()
  }

  /// Runs `body` on every rank of a world, each on a thread of its own.
  ///
  /// - Returns: what the ranks returned, in rank order.
  /// - Throws: what the lowest rank threw that did not merely wait for another.
  public static func run<R: Sendable>(
    ranks: Int, threads: Int = 1, _ body: @escaping @Sendable (ThreadFabric) throws -> R
  ) throws -> [R] {
    let all = outcomes(ranks: ranks, threads: threads, body)
    let errors = all.compactMap { outcome in
      if case .failure(let error) = outcome { error } else { nil }
    }
    if let error = errors.first(where: { !($0 is ThreadFabricError) }) ?? errors.first {
      throw error
    }
    return try all.map { try $0.get() }
  }

  /// Waits for all ranks.
  public func barrier() throws { _ = try meeting.exchange([], by: globalRank, in: "barrier") }

  /// The bytes of `root`.
  public func broadcast(_ bytes: [UInt8], from root: Int) throws -> [UInt8] {
    try meeting.exchange(globalRank == root ? bytes : [], by: globalRank, in: "broadcast \(root)")[
      root]
  }

  /// Combines in rank order.
  public func allReduce(_ values: inout [Int64], _ operation: ReduceOperation) throws {
    values = try reduced(values, operation) { $0 + $1 }
  }

  /// Combines in rank order.
  public func allReduce(_ values: inout [Double], _ operation: ReduceOperation) throws {
    values = try reduced(values, operation) { $0 + $1 }
  }

  /// The bytes of all ranks, in rank order.
  public func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    try meeting.exchange(bytes, by: globalRank, in: "allGather")
  }

  /// The bitwise or of all buffers.
  public func join(_ bytes: UnsafeMutableRawBufferPointer) throws {
    let all = try meeting.exchange(Array(bytes), by: globalRank, in: "join \(bytes.count)")
    for part in all {
      for index in bytes.indices { bytes[index] |= part[index] }
    }
  }

  /// The ranks of the same color, in their order.
  public func split(color: Int) throws -> any Fabric {
    let colors = try reduced(
      (0..<worldSize).map { $0 == globalRank ? Int64(color) : 0 }, .sum
    ) { $0 + $1 }
    let members = (0..<worldSize).filter { colors[$0] == Int64(color) }
    let group = try meeting.group(of: members, by: globalRank)
    let rank = members.firstIndex(of: globalRank) ?? 0
    return ThreadFabric(rank: rank, threads: threads, meeting: group)
  }

  /// Runs `body` on another thread and has what it asks for read by the ranks that hold it.
  public func serve(_ exchange: BlockExchange, while body: () -> Void) throws {
    let own = BlockPeer(exchange, threads: threads)
    let peers = try meeting.share(own, by: globalRank)
    var isEnded = false
    defer { own.end() }
    try exchange.run(body) {
      // What is read for another rank may have to be asked for itself.
      try barrier()
      while peers[0].ended < worldSize {
        var moved = false
        while let fetch = exchange.next() {
          peers[fetch.owner].ask(fetch, for: exchange)
          moved = true
        }
        moved = own.answer() || moved
        if !isEnded, exchange.isOver {
          isEnded = true
          peers[0].countEnded()
        } else if !moved {
          exchange.pause(seconds: 0.001)
        }
      }
    }
    try barrier()
  }

  private func reduced<T: Comparable & BitwiseCopyable>(
    _ values: [T], _ operation: ReduceOperation, sum: (T, T) -> T
  ) throws -> [T] {
    let kind = "allReduce \(operation) of \(values.count) \(T.self)"
    let all = try meeting.exchange(values.withUnsafeBytes { Array($0) }, by: globalRank, in: kind)
    let rows = all.map { bytes in
      bytes.withUnsafeBytes { raw in
        values.indices.map {
          raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.stride, as: T.self)
        }
      }
    }
    return rows.dropFirst().reduce(rows[0]) { total, row in
      zip(total, row).map { a, b in
        switch operation {
        case .sum: sum(a, b)
        case .min: min(a, b)
        case .max: max(a, b)
        }
      }
    }
  }
}

/// How a world of threads was misused.
public enum ThreadFabricError: Error, Equatable {
  /// Ranks called different collectives, or sized differently.
  case mismatch([String])
  /// A rank ended while this one waited for it.
  case abandoned(by: Int)
}

/// The results of the ranks, collected as they end.
private final class Board<R: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private var outcomes: [Result<R, any Error>?]

  init(count: Int) { outcomes = Array(repeating: nil, count: count) }

  func post(_ outcome: Result<R, any Error>, _ rank: Int) {
    condition.lock()
    outcomes[rank] = outcome
    condition.broadcast()
    condition.unlock()
  }

  func all() -> [Result<R, any Error>] {
    condition.lock()
    defer { condition.unlock() }
    while outcomes.contains(where: { $0 == nil }) { condition.wait() }
    return outcomes.compactMap { $0 }
  }
}
