import Synchronization

/// Threads of one rank that take items of a list as they come free.
///
/// Which thread works on which item is not determined; results must not depend on it.
public struct Parallel: Sendable {
  /// Number of threads, the calling one included.
  public let threads: Int

  /// Sets the number of threads.
  public init(threads: Int) { self.threads = max(threads, 1) }

  /// Calls `body` for each index below `count`.
  ///
  /// - Parameters:
  ///   - count: number of items.
  ///   - makeState: makes the working state of one thread; called once on each.
  ///   - body: works on one item.
  /// - Returns: the states of all threads.
  /// - Throws: of the errors that `body` threw the one of the least index, whatever the threads did;
  ///   the other threads stop at their next item.
  public func forEach<State>(
    _ count: Int, makeState: @Sendable () -> State,
    _ body: @Sendable (inout State, Int) throws -> Void
  ) throws -> [State] {
    let next = Atomic(0)
    let failed = Atomic(false)
    // Items are taken in order, so those before one that fails were taken, and are worked off.
    let work: @Sendable () -> Result<State, Failure> = {
      var state = makeState()
      while !failed.load(ordering: .relaxed) {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if index >= count { break }
        do {
          try body(&state, index)
        } catch {
          failed.store(true, ordering: .relaxed)
          return .failure(Failure(index: index, error: error))
        }
      }
      return .success(state)
    }
    let outcomes = OutcomeList<Result<State, Failure>>()
    withoutActuallyEscaping(work) { work in
      let started = (1..<max(min(threads, count), 1)).compactMap { _ in
        WorkerThread { outcomes.append(work()) }
      }
      outcomes.append(work())
      for thread in started { thread.join() }
    }
    var states: [State] = []
    var first: Failure?
    for outcome in outcomes.all() {
      switch outcome {
      case .success(let state): states.append(state)
      case .failure(let failure): if failure.index < first?.index ?? .max { first = failure }
      }
    }
    if let first { throw first.error }
    return states
  }

  /// Calls `body` for each index below `count`.
  ///
  /// - Throws: of the errors that `body` threw the one of the least index; the other threads stop at
  ///   their next item.
  public func forEach(_ count: Int, _ body: @Sendable (Int) throws -> Void) throws {
    _ = try forEach(count, makeState: {}, { _, index in try body(index) })
  }
}

/// What an item ended with.
private struct Failure: Error {
  let index: Int
  let error: any Error
}

/// What the threads came to, in no order.
private final class OutcomeList<Outcome>: @unchecked Sendable {
  private let lock = Mutex(())
  private var outcomes: [Outcome] = []

  func append(_ outcome: Outcome) { lock.withLock { _ in outcomes.append(outcome) } }
  func all() -> [Outcome] { lock.withLock { _ in outcomes } }
}
