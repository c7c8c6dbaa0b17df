/// Memory of matrices that are made and dropped again and again by one thread.
public final class MatrixPool {
  private var free: [UnsafeMutableRawBufferPointer] = []

  /// An empty pool.
  public init() {}

  deinit { for storage in free { storage.deallocate() } }

  /// Memory of at least `byteCount` bytes, with whatever was there before.
  func take(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
    let wanted = max(byteCount, 64)
    let fitting = free.indices
      .filter { free[$0].count >= wanted && free[$0].count / 2 <= wanted }
      .min { free[$0].count < free[$1].count }
    if let fitting { return free.remove(at: fitting) }
    return .allocate(byteCount: wanted, alignment: 64)
  }

  /// Takes memory back for the next matrix.
  func giveBack(_ storage: UnsafeMutableRawBufferPointer) {
    free.append(storage)
    // What nobody has wanted for long is let go.
    if free.count > Self.limit { free.removeFirst().deallocate() }
  }

  private static let limit = 16
}
