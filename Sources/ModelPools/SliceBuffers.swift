/// One thread's buffers for the slices that it computes: one for each model of a group.
public final class SliceBuffers {
  private var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  /// Makes them empty.
  public init() {}

  deinit { bytes.deallocate() }

  /// Room for as many bytes as `counts` says, each buffer aligned for any type.
  public func room(_ counts: [Int]) -> [UnsafeMutableRawBufferPointer] {
    let sizes = counts.map { ($0 + 4095) & ~4095 }
    let total = sizes.reduce(0, +)
    if bytes.count < total {
      bytes.deallocate()
      bytes = .allocate(byteCount: total, alignment: 4096)
    }
    var start = 0
    return zip(counts, sizes).map { count, size in
      defer { start += size }
      return .init(rebasing: bytes[start..<start + count])
    }
  }
}
