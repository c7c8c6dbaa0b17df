import Synchronization

/// Batches of prepared images that were used before: several models are evaluated on the same ones.
///
/// Batches that do not fit any more are prepared anew each time.
public final class PixelCache: Sendable {
  /// Which batch of which data set.
  struct Key: Hashable {
    let dataSet: String
    let images: Range<Int>
    let shape: [Int]
  }

  private struct State {
    var used = 0
    var batches: [Key: TorchTensor] = [:]
  }

  private let limit: Int
  private let state = Mutex(State())

  /// A cache of at most `limit` bytes.
  public init(limit: Int) { self.limit = limit }

  /// The batch, which `prepare` makes where it is not held.
  ///
  /// - Throws: what `prepare` throws.
  func batch(_ key: Key, _ prepare: () throws -> TorchTensor) throws -> TorchTensor {
    if let batch = state.withLock({ $0.batches[key] }) { return batch }
    let batch = try prepare()
    let size = key.shape.reduce(key.images.count * MemoryLayout<Float>.size, *)
    state.withLock { state in
      guard state.used + size <= limit else { return }
      state.used += size
      state.batches[key] = batch
    }
    return batch
  }
}
