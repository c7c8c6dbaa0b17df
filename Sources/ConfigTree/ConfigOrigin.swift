/// Where a configuration value was written: a file position, or the command line.
public struct ConfigOrigin: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The path of the file, or `command line`.
  public var source: String
  /// The line, counted from 1.
  public var line: Int?
  /// The column, counted from 1.
  public var column: Int?

  /// Names a position.
  public init(source: String, line: Int? = nil, column: Int? = nil) {
    self.source = source
    self.line = line
    self.column = column
  }

  /// `path:line`, or the source alone where the line is unknown.
  public var description: String {
    guard let line else { return source }
    return "\(source):\(line)"
  }
}
