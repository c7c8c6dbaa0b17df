import Synchronization
import Wording

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Lines for the person who runs the command: standard error and, where one is open, the log file
/// of the run. Safe from several threads; every line is written whole.
public enum Log {
  /// How grave a line is, named as in Python's logging.
  public enum Level: Int, Comparable, Sendable, Codable {
    case info
    case warning
    case error

    /// By gravity.
    public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }

    /// The name in log files.
    var name: String {
      switch self {
      case .info: "INFO"
      case .warning: "WARNING"
      case .error: "ERROR"
      }
    }
  }

  private struct State: Sendable {
    var outputs = LogOutputs()
    var file: Int32?
    /// What is kept for another process, while it is.
    var collected: String?
  }

  // Made at the first use: the release build of Swift 6.3 lays out this value wrongly when it is the
  // constant that the program starts with.
  private static let stored = Mutex<State?>(nil)

  private static func withState<R: Sendable>(_ body: (inout State) throws -> R) rethrows -> R {
    try stored.withLock { stored in
      var state = stored ?? State()
      defer { stored = state }
      return try body(&state)
    }
  }

  /// Sets where lines go from now on; the log file that was open is closed.
  ///
  /// - Throws: `LogFileError` when the file cannot be opened; lines go to standard error alone then.
  public static func send(to outputs: LogOutputs) throws {
    try withState { state in
      if let file = state.file { close(file) }
      state = State()
      if let path = outputs.file {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw LogFileError(path: path, code: errno) }
        state.file = file
      }
      state.outputs = outputs
    }
  }

  /// Writes one line, `fusion_bench: message`. Errors always reach standard error.
  public static func line(_ message: String, level: Level = .info) {
    let message = oneLine(message)
    withState { state in
      guard level >= state.outputs.level || level == .error else { return }
      if state.collected != nil {
        state.collected?.append("fusion_bench: \(message)\n")
        return
      }
      // There is no other place to say that this one is closed.
      if state.outputs.hasConsole || level == .error {
        _ = writeAll("fusion_bench: \(message)\n", to: STDERR_FILENO)
      }
      if let file = state.file {
        _ = writeAll(
          LogFormat.line(message, level: level.name, format: state.outputs.format), to: file)
      }
    }
  }

  /// Runs `body` and keeps what it would write, for another process to write.
  ///
  /// - Returns: the text.
  public static func collecting(_ body: () throws -> Void) rethrows -> String {
    withState { $0.collected = "" }
    defer { withState { $0.collected = nil } }
    try body()
    return withState { $0.collected ?? "" }
  }

  /// Writes `text` as it is.
  public static func text(_ text: String) {
    withState { state in
      if state.collected != nil {
        state.collected?.append(text)
        return
      }
      _ = writeAll(text, to: STDERR_FILENO)
      if let file = state.file { _ = writeAll(text, to: file) }
    }
  }
}
