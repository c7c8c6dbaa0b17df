import Foundation

/// Runs what calls itself as deep as configurations may nest. The main thread has the stack for it. A
/// thread of a pool has not, in a debug build; there the work moves to a thread of its own.
enum DeepStack {
  private static let stackBytes = 16 << 20

  static func run<Value>(
    _ body: @escaping () throws(ConfigError) -> Value
  ) throws(ConfigError) -> Value {
    guard !Thread.isMainThread else { return try body() }
    // The thread signals before this function returns, and nobody else touches the two meanwhile.
    nonisolated(unsafe) let work = body
    nonisolated(unsafe) var outcome: Result<Value, ConfigError>?
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      outcome = Result { () throws(ConfigError) in try work() }
      done.signal()
    }
    thread.stackSize = stackBytes
    thread.start()
    done.wait()
    guard let outcome else { return try body() }
    return try outcome.get()
  }
}
