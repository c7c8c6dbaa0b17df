#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Results: standard output, written at once and whole.
public enum StandardOutput {
  /// Writes `text`.
  ///
  /// - Throws: `OutputError` when it cannot be written.
  public static func write(_ text: String) throws {
    guard let code = writeAll(text, to: STDOUT_FILENO) else { return }
    throw OutputError(reason: String(cString: strerror(code)))
  }
}

/// Results that could not be printed.
public struct OutputError: Error, CustomStringConvertible {
  let reason: String

  /// One line for the user.
  public var description: String { "standard output: cannot write: \(reason)" }
}

/// Writes `text` to a descriptor; the error number when that fails.
func writeAll(_ text: String, to descriptor: Int32) -> Int32? {
  var text = text
  return text.withUTF8 { bytes in
    var rest = UnsafeRawBufferPointer(bytes)[...]
    while !rest.isEmpty {
      let written = write(
        descriptor, rest.base.baseAddress.map { $0 + rest.startIndex }, rest.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { return errno }
      rest = rest.dropFirst(written)
    }
    return nil
  }
}
