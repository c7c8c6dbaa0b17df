import Tensors

/// A state dict of any size whose element i is element i modulo the table's length of a table.
public struct RepeatingStateDict: StateDict {
  /// One tensor, named and typed as the table.
  public let manifest: Manifest
  /// What to call it in messages.
  public let label: String
  private let table: Tensor
  private let period: Int

  /// Repeats `table` over one tensor of `count` elements.
  public init(_ table: Tensor, count: Int, label: String = "repeated") throws {
    self.table = table
    self.label = label
    period = table.info.count
    manifest = try Manifest([
      TensorInfo(name: table.info.name, dtype: table.info.dtype, shape: [count])
    ])
  }

  /// Copies elements of the table.
  public func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) {
    let size = table.info.dtype.byteCount
    table.withBytes { bytes in
      var element = slice.elements.lowerBound
      while element < slice.elements.upperBound {
        let from = element % period
        let count = min(period - from, slice.elements.upperBound - element)
        let start = (element - slice.elements.lowerBound) * size
        UnsafeMutableRawBufferPointer(rebasing: destination[start..<start + count * size])
          .copyMemory(
            from: UnsafeRawBufferPointer(rebasing: bytes[from * size..<(from + count) * size]))
        element += count
      }
    }
  }
}
