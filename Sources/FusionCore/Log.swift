import Synchronization
import Wording

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Lines for the person who runs the command: standard error, written whole.
public enum Log {
  /// Writes one line, `fusion_bench: message`.
  public static func line(_ message: String) { text("fusion_bench: \(oneLine(message))\n") }

  private static let collected = Mutex<String?>(nil)

  /// Runs `body` and keeps what it would write, for another process to write.
  ///
  /// - Returns: the text.
  public static func collecting(_ body: () throws -> Void) rethrows -> String {
    collected.withLock { $0 = "" }
    defer { collected.withLock { $0 = nil } }
    try body()
    return collected.withLock { $0 ?? "" }
  }

  /// Writes `text` as it is.
  public static func text(_ text: String) {
    let isKept = collected.withLock { kept in
      kept?.append(text)
      return kept != nil
    }
    if isKept { return }
    // There is no other place to say that this one is closed.
    _ = writeAll(text, to: STDERR_FILENO)
  }
}
