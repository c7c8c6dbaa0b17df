/// What reading slices of a state dict takes, as far as headers tell.
public struct ReadingWork: Sendable, Equatable {
  /// Bytes of values that are read from files.
  public var bytesRead: Int
  /// Seconds of one core for what is more than going through the values, such as decompositions.
  public var seconds: Double
  /// Bytes of memory that are held meanwhile.
  public var memory: Int

  /// Nothing, unless told otherwise.
  public init(bytesRead: Int = 0, seconds: Double = 0, memory: Int = 0) {
    self.bytesRead = bytesRead
    self.seconds = seconds
    self.memory = memory
  }

  /// Adds the work of something that is read at the same time.
  public mutating func add(_ other: ReadingWork) {
    bytesRead += other.bytesRead
    seconds += other.seconds
    memory += other.memory
  }
}
