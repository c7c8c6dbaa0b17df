/// What a manifest says of one tensor.
public struct TensorInfo: Sendable, Hashable {
  /// Its name in the state dict.
  public let name: TensorName
  /// The type of its elements.
  public let dtype: DType
  /// Its sizes, outermost first; empty for a scalar.
  public let shape: [Int]
  /// Number of elements: the product of `shape`.
  public let count: Int

  /// Bytes of its data.
  public var byteCount: Int { count * dtype.byteCount }

  /// Describes a tensor.
  ///
  /// - Parameter shape: non-negative sizes.
  /// - Throws: `TensorError.tooLarge` when the number of bytes overflows, `.negativeSize`.
  public init(name: TensorName, dtype: DType, shape: [Int]) throws {
    var count = 1
    for size in shape {
      guard size >= 0 else { throw TensorError.negativeSize(name, shape: shape) }
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow else { throw TensorError.tooLarge(name, shape: shape) }
      count = product
    }
    guard !count.multipliedReportingOverflow(by: dtype.byteCount).overflow else {
      throw TensorError.tooLarge(name, shape: shape)
    }
    self.name = name
    self.dtype = dtype
    self.shape = shape
    self.count = count
  }

  private init(name: TensorName, dtype: DType, shape: [Int], count: Int) {
    self.name = name
    self.dtype = dtype
    self.shape = shape
    self.count = count
  }

  /// The same tensor with elements of another type.
  ///
  /// - Throws: `TensorError.tooLarge` when the number of bytes overflows.
  public func with(dtype: DType) throws -> TensorInfo {
    dtype.byteCount <= self.dtype.byteCount
      ? TensorInfo(name: name, dtype: dtype, shape: shape, count: count)
      : try TensorInfo(name: name, dtype: dtype, shape: shape)
  }
}
