import Threading
import Foundation
import Synchronization

/// Where the threads of a process ask for blocks of other processes, and what it hands out itself.
///
/// Threads call `fetch` and `wait`. The fabric carries blocks while it runs a body (`Fabric.serve`):
/// it takes what was asked for (`next`), brings it, and says so (`complete`).
public final class BlockExchange: @unchecked Sendable {
  /// Bytes of one block at most: larger ones are fetched in pieces.
  public static let largestBlock = 1 << 20

  /// What this process hands out.
  public let source: any BlockSource

  /// Guards what follows; signalled when there is something for the fabric to do.
  private let work = NSCondition()
  private var asked: [BlockFetch] = []
  private var firstAsked = 0
  private var carried: [ObjectIdentifier: BlockFetch] = [:]
  private var isOpen = false
  private var isDone = false
  private var isSignalled = false

  /// Guards the outcomes of fetches; signalled when one is known.
  private let arrival = NSCondition()
  private let fetched = Atomic(0)

  /// An exchange in which this process hands out `source`.
  public init(_ source: any BlockSource) { self.source = source }

  /// Bytes that were brought from other processes so far.
  public var bytesFetched: Int { fetched.load(ordering: .relaxed) }

  // MARK: - For threads that need blocks

  /// Asks for a block of at most `largestBlock` bytes. Must be waited for.
  public func fetch(
    _ block: Block, of owner: Int, into destination: UnsafeMutableRawBufferPointer
  ) -> BlockFetch {
    let fetch = BlockFetch(block, of: owner, into: destination)
    work.lock()
    defer { work.unlock() }
    if isOpen {
      asked.append(fetch)
      signal()
    } else {
      fetch.outcome = .failure(ExchangeError.closed)
    }
    return fetch
  }

  /// Waits until a block has arrived.
  ///
  /// - Throws: `ExchangeError`.
  public func wait(for fetch: BlockFetch) throws {
    arrival.lock()
    while fetch.outcome == nil { arrival.wait() }
    arrival.unlock()
    try fetch.outcome?.get()
  }

  // MARK: - For fabrics

  /// Runs `body` on a thread of its own and `carry` on this one, which brings blocks until `isOver`.
  ///
  /// - Throws: what `carry` throws; whoever waits for a block then gets the same error.
  public func run(_ body: () -> Void, carry: () throws -> Void) throws {
    work.withLock {
      isOpen = true
      isDone = false
    }
    defer { close(.failure(ExchangeError.closed)) }
    try withoutActuallyEscaping(body) { body in
      // The calling thread does nothing that `body` could see until it has ended.
      nonisolated(unsafe) let body = body
      let thread = WorkerThread {
        body()
        self.work.withLock {
          self.isDone = true
          self.signal()
        }
      }
      guard let thread else { throw ExchangeError.noThread }
      let outcome = Result { try carry() }
      if case .failure(let error) = outcome { close(.failure(error)) }
      thread.join()
      try outcome.get()
    }
  }

  /// Whether the body has ended, and with it everything that it asked for.
  public var isOver: Bool { work.withLock { isDone } }

  /// The block that was asked for first and is not being brought yet.
  public func next() -> BlockFetch? {
    work.withLock {
      guard firstAsked < asked.count else { return nil }
      let fetch = asked[firstAsked]
      firstAsked += 1
      if firstAsked == asked.count {
        asked.removeAll(keepingCapacity: true)
        firstAsked = 0
      }
      carried[ObjectIdentifier(fetch)] = fetch
      return fetch
    }
  }

  /// Says that a block has arrived, or why it will not.
  public func complete(_ fetch: BlockFetch, _ outcome: Result<Void, any Error>) {
    _ = work.withLock { carried.removeValue(forKey: ObjectIdentifier(fetch)) }
    if case .success = outcome {
      fetched.wrappingAdd(fetch.destination.count, ordering: .relaxed)
    }
    arrival.withLock {
      fetch.outcome = outcome
      arrival.broadcast()
    }
  }

  /// Waits until there may be something to do: a block asked for, an answer read, the body's end;
  /// at most so long.
  public func pause(seconds: Double) {
    work.lock()
    defer { work.unlock() }
    if !isSignalled { _ = work.wait(until: Date(timeIntervalSinceNow: seconds)) }
    isSignalled = false
  }

  /// Ends a `pause`, the next one where there is none.
  public func wake() { work.withLock { signal() } }

  private func signal() {
    isSignalled = true
    work.signal()
  }

  private func close(_ outcome: Result<Void, any Error>) {
    let open = work.withLock {
      isOpen = false
      defer {
        asked = []
        firstAsked = 0
        carried = [:]
      }
      return Array(asked[firstAsked...]) + carried.values
    }
    for fetch in open { complete(fetch, outcome) }
  }
}
