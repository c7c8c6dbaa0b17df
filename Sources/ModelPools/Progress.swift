import FusionCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A percentage on standard error, where that is a terminal.
final class Progress: Sendable {
  private let total: Int
  private let isShown: Bool
  private let done = Atomic(0)

  init(total: Int, isShown: Bool) {
    self.total = max(total, 1)
    self.isShown = isShown && isatty(STDERR_FILENO) == 1
  }

  /// One more item is done.
  func advance() {
    let now = done.wrappingAdd(1, ordering: .relaxed).newValue
    guard isShown, now * 100 / total != (now - 1) * 100 / total else { return }
    Log.text("\rmerging \(now * 100 / total) %")
  }

  /// Clears the line.
  func end() {
    if isShown { Log.text("\r\u{1B}[K") }
  }
}
