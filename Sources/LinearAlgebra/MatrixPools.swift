import Synchronization

/// The pools of the threads that compute: each takes one and gives it back.
public final class MatrixPools: Sendable {
  private let free = Mutex<[Handed]>([])

  /// A pool on its way from one thread to another; only one has it at a time.
  private struct Handed: @unchecked Sendable {
    let pool: MatrixPool
  }

  /// No pools yet.
  public init() {}

  /// Lends a pool. No matrix of it may outlive `body`.
  ///
  /// - Throws: what `body` throws.
  public func withPool<R>(_ body: (MatrixPool) throws -> R) rethrows -> R {
    let handed = free.withLock { $0.popLast() } ?? Handed(pool: MatrixPool())
    defer { free.withLock { $0.append(handed) } }
    return try body(handed.pool)
  }
}
