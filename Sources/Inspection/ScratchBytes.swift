/// A buffer of one thread that grows as it is asked for more.
final class ScratchBytes {
  private var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  /// Room for `count` bytes; what was there is lost.
  func room(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if bytes.count < count {
      bytes.deallocate()
      bytes = .allocate(byteCount: count, alignment: 4096)
    }
    return .init(rebasing: bytes[0..<count])
  }

  deinit { bytes.deallocate() }
}
