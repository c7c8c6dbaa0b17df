/// What a process hands out to others.
public protocol BlockSource: Sendable {
  /// Copies a block to `destination`, which is exactly as large; called by several threads at once.
  ///
  /// - Throws: when the values cannot be read; the process that asked then throws the same words.
  func read(_ block: Block, into destination: UnsafeMutableRawBufferPointer) throws
}
