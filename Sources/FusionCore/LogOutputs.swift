/// Where the lines of `Log` go.
public struct LogOutputs: Sendable, Equatable, Codable {
  /// Whether lines go to standard error.
  public var hasConsole = true
  /// The least grave lines that are written.
  public var level = Log.Level.info
  /// The log file; lines are appended.
  public var file: String?
  /// How a line of the file looks, as in Python's logging.
  public var format = "[%(asctime)s][%(name)s][%(levelname)s] - %(message)s"

  /// Standard error alone.
  public init() {}
}
