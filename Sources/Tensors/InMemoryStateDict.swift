/// A state dict whose tensors are all in memory.
public struct InMemoryStateDict: StateDict {
  /// Names, types and shapes.
  public let manifest: Manifest
  /// What to call it in messages.
  public let label: String
  private let tensors: [Tensor]

  /// Gathers `tensors`, in the order given.
  ///
  /// - Throws: `TensorError.duplicateName`.
  public init(_ tensors: [Tensor], label: String = "state dict in memory") throws {
    self.manifest = try Manifest(tensors.map(\.info))
    self.tensors = tensors
    self.label = label
  }

  /// Nothing: the values are at hand.
  public func work(of slice: Slice) -> ReadingWork { ReadingWork() }

  /// Copies elements out of memory.
  public func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) {
    let size = tensors[slice.tensor].info.dtype.byteCount
    tensors[slice.tensor].withBytes { bytes in
      destination.copyMemory(
        from: UnsafeRawBufferPointer(
          rebasing: bytes[slice.elements.lowerBound * size..<slice.elements.upperBound * size]))
    }
  }
}
