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
  /// - Throws: one of the errors that `body` threw; the other threads stop at their next item.
  public func forEach<State>(
    _ count: Int, makeState: @Sendable () -> State,
    _ body: @Sendable (inout State, Int) throws -> Void
  ) throws -> [State] {
    let next = Atomic(0)
    let failed = Atomic(false)
    let work: @Sendable () -> Result<State, any Error> = {
      var state = makeState()
      do {
        while !failed.load(ordering: .relaxed) {
          let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
          if index >= count { break }
          try body(&state, index)
        }
        return .success(state)
      } catch {
        failed.store(true, ordering: .relaxed)
        return .failure(error)
      }
    }
    let outcomes = OutcomeList<Result<State, any Error>>()
    withoutActuallyEscaping(work) { work in
      let started = (1..<max(min(threads, count), 1)).compactMap { _ in
        startThread { outcomes.append(work()) }
      }
      outcomes.append(work())
      for thread in started { join(thread) }
    }
    return try outcomes.all().map { try $0.get() }
  }

  /// Calls `body` for each index below `count`.
  ///
  /// - Throws: one of the errors that `body` threw; the other threads stop at their next item.
  public func forEach(_ count: Int, _ body: @Sendable (Int) throws -> Void) throws {
    _ = try forEach(count, makeState: {}, { _, index in try body(index) })
  }
}

/// What the threads came to, in no order.
private final class OutcomeList<Outcome>: @unchecked Sendable {
  private let lock = Mutex(())
  private var outcomes: [Outcome] = []

  func append(_ outcome: Outcome) { lock.withLock { _ in outcomes.append(outcome) } }
  func all() -> [Outcome] { lock.withLock { _ in outcomes } }
}
