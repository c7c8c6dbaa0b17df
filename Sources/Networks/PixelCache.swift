/// Batches of prepared images that were used before: several models are evaluated on the same ones.
///
/// Batches that do not fit any more are prepared anew each time.
public final class PixelCache {
  /// Which batch of which data set.
  struct Key: Hashable {
    let dataSet: String
    let images: Range<Int>
    let shape: [Int]
  }

  private let limit: Int
  private var used = 0
  private var batches: [Key: TorchTensor] = [:]

  /// A cache of at most `limit` bytes.
  public init(limit: Int) { self.limit = limit }

  /// The batch, which `prepare` makes where it is not held.
  ///
  /// - Throws: what `prepare` throws.
  func batch(_ key: Key, _ prepare: () throws -> TorchTensor) throws -> TorchTensor {
    if let batch = batches[key] { return batch }
    let batch = try prepare()
    let size = key.shape.reduce(key.images.count * MemoryLayout<Float>.size, *)
    if used + size <= limit {
      used += size
      batches[key] = batch
    }
    return batch
  }
}
