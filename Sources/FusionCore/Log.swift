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
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)[...]
      while !rest.isEmpty {
        let written = write(
          STDERR_FILENO, rest.base.baseAddress.map { $0 + rest.startIndex }, rest.count)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { return }
        rest = rest.dropFirst(written)
      }
    }
  }
}
