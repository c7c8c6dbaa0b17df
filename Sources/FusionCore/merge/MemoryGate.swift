import Foundation

/// Lets threads through as long as the memory that they need together is there.
///
/// One thread is always let through, however much it needs.
public final class MemoryGate: @unchecked Sendable {
  private let condition = NSCondition()
  private let limit: Int
  private var used = 0

  /// A gate for `limit` bytes.
  public init(limit: Int) { self.limit = limit }

  /// Runs `body` once `bytes` are free.
  ///
  /// - Throws: what `body` throws.
  public func pass<R>(_ bytes: Int, _ body: () throws -> R) rethrows -> R {
    condition.lock()
    while used > 0 && bytes > limit - used { condition.wait() }
    used += min(bytes, limit)
    condition.unlock()
    defer {
      condition.lock()
      used -= min(bytes, limit)
      condition.broadcast()
      condition.unlock()
    }
    return try body()
  }

  /// Half of this process's share of the host's memory.
  public static func share(of world: any Fabric) -> Int {
    Int(clamping: ProcessInfo.processInfo.physicalMemory) / 2 / max(world.localWorldSize, 1)
  }
}
