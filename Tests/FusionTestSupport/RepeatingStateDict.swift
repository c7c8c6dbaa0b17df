import Tensors

/// A state dict of any size whose element i is element i modulo the table's length of a table.
public struct RepeatingStateDict: StateDict {
  /// One tensor, named and typed as the table.
  public let manifest: Manifest
  /// What to call it in messages.
  public let label: String
  private let tile: Tensor

  /// Repeats `table`, which is not empty, over one tensor of `count` elements.
  public init(_ table: Tensor, count: Int, label: String = "repeated") throws {
    self.label = label
    // A tile of many tables, so that reading copies long runs.
    let rounds = max(1 << 16 / table.info.count, 1)
    let info = try TensorInfo(
      name: table.info.name, dtype: table.info.dtype, shape: [rounds * table.info.count])
    tile = try Tensor(info) { bytes in
      table.withBytes { table in
        for round in 0..<rounds {
          UnsafeMutableRawBufferPointer(rebasing: bytes[(round * table.count)...])
            .copyMemory(from: table)
        }
      }
    }
    manifest = try Manifest([
      TensorInfo(name: table.info.name, dtype: table.info.dtype, shape: [count])
    ])
  }

  /// Copies elements of the table.
  public func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) {
    let size = tile.info.dtype.byteCount
    let period = tile.info.count
    tile.withBytes { bytes in
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
