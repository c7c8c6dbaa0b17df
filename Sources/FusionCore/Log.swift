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

  /// Writes `text` as it is.
  public static func text(_ text: String) {
    // There is no other place to say that this one is closed.
    _ = writeAll(text, to: STDERR_FILENO)
  }
}
