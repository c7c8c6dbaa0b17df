import Synchronization

/// How the values of checkpoints are read.
public enum InputMode: String, Sendable {
  /// Reads through the page cache into buffers.
  case pread
  /// Maps files into memory.
  case mmap
  /// Reads past the page cache (`O_DIRECT`).
  case direct

  /// How files are read that are opened from now on, by this process.
  public static var current: InputMode {
    get { state.withLock { $0.mode } }
    set { state.withLock { $0.mode = newValue } }
  }

  /// Called once, with a path, when a file system refuses a mode and `pread` is used instead.
  public static var onRefusal: (@Sendable (String) -> Void)? {
    get { state.withLock { $0.onRefusal } }
    set { state.withLock { $0.onRefusal = newValue } }
  }

  /// Notes that `path` is read by `pread`.
  static func refused(_ path: String) {
    let tell = state.withLock { state in
      defer { state.onRefusal = nil }
      return state.onRefusal
    }
    tell?(path)
  }

  private struct State {
    var mode = InputMode.pread
    var onRefusal: (@Sendable (String) -> Void)?
  }
  private static let state = Mutex(State())
}
