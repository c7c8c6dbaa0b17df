/// Reads a file through a window that moves forward.
struct WindowReader {
  let file: FileBytes
  let window: UnsafeMutableRawBufferPointer
  /// Whether a whole window is read at once, or only what is asked for.
  let isDense: Bool
  /// Where the wanted bytes end.
  let end: Int
  private var start = 0
  private var filled = 0

  init(file: FileBytes, window: UnsafeMutableRawBufferPointer, isDense: Bool, end: Int) {
    self.file = file
    self.window = window
    self.isDense = isDense
    self.end = end
  }

  /// The bytes from `offset` on.
  ///
  /// - Parameter count: at most the size of the window.
  /// - Throws: what reading throws.
  mutating func bytes(at offset: Int, count: Int) throws -> UnsafeRawPointer? {
    if offset < start || offset + count > start + filled {
      let wanted = isDense ? max(min(window.count, end - offset), count) : count
      filled = 0
      try file.read(offset, UnsafeMutableRawBufferPointer(rebasing: window[0..<wanted]))
      start = offset
      filled = wanted
    }
    return window.baseAddress.map { UnsafeRawPointer($0) + (offset - start) }
  }
}
