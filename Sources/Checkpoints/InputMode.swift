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
    get { mode.withLock { $0 } }
    set { mode.withLock { $0 = newValue } }
  }

  /// Called once, with a path, when a file system refuses a mode and `pread` is used instead.
  public static var onRefusal: (@Sendable (String) -> Void)? {
    get { listener.withLock { $0 } }
    set { listener.withLock { $0 = newValue } }
  }

  /// Notes that `path` is read by `pread`.
  static func refused(_ path: String) {
    let tell = listener.withLock { listener in
      defer { listener = nil }
      return listener
    }
    tell?(path)
  }

  private static let mode = Mutex(InputMode.pread)
  private static let listener = Mutex<(@Sendable (String) -> Void)?>(nil)
}
