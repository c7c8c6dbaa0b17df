/// A tensor that is put together piece by piece, without a second copy.
public final class TensorBuilder {
  private let info: TensorInfo
  private var storage: UnsafeMutableRawBufferPointer?

  /// Reserves the tensor's memory, zero at first.
  public init(_ info: TensorInfo) {
    self.info = info
    let storage = Tensor.allocate(info)
    self.storage = storage
  }

  deinit { storage?.deallocate() }

  /// Sets the stored bytes of a run of elements.
  public func fill(_ elements: Range<Int>, from bytes: UnsafeRawBufferPointer) {
    guard let storage else { preconditionFailure("the tensor is finished") }
    let size = info.dtype.byteCount
    precondition(bytes.count == elements.count * size)
    UnsafeMutableRawBufferPointer(
      rebasing: storage[elements.lowerBound * size..<elements.upperBound * size]
    ).copyMemory(from: bytes)
  }

  /// The tensor; the builder is empty then.
  public func finish() -> Tensor {
    guard let storage else { preconditionFailure("the tensor is finished") }
    self.storage = nil
    return Tensor(info, adopting: storage)
  }
}
