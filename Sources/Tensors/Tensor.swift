/// One tensor in memory, immutable once made.
public final class Tensor: Sendable {
  /// Name, type and shape.
  public let info: TensorInfo
  private nonisolated(unsafe) let storage: UnsafeMutableRawBufferPointer

  /// Makes a tensor and lets `fill` write its bytes (row-major, stored type, zero before).
  ///
  /// - Throws: what `fill` throws.
  public init(_ info: TensorInfo, fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
    self.info = info
    storage = Self.allocate(info)
    // When this throws, `deinit` frees the storage: everything is initialised by now.
    try fill(UnsafeMutableRawBufferPointer(rebasing: storage[0..<info.byteCount]))
  }

  /// Makes a tensor of memory from `allocate`, which it frees.
  init(_ info: TensorInfo, adopting storage: UnsafeMutableRawBufferPointer) {
    self.info = info
    self.storage = storage
  }

  /// Memory for a tensor, zero.
  static func allocate(_ info: TensorInfo) -> UnsafeMutableRawBufferPointer {
    let storage = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(info.byteCount, 1), alignment: 64)
    storage.initializeMemory(as: UInt8.self, repeating: 0)
    return storage
  }

  /// Makes a tensor from its bytes.
  ///
  /// - Throws: `TensorError.wrongByteCount`.
  public convenience init(_ info: TensorInfo, bytes: [UInt8]) throws {
    guard bytes.count == info.byteCount else {
      throw TensorError.wrongByteCount(info.name, expected: info.byteCount, found: bytes.count)
    }
    try self.init(info) { $0.copyBytes(from: bytes) }
  }

  /// Makes a `float32` or `float64` tensor, or one of any other type by rounding `values` to it.
  ///
  /// - Throws: `TensorError` when shape and number of values disagree.
  public convenience init(
    _ name: TensorName, dtype: DType = .float32, shape: [Int], values: [Double]
  ) throws {
    let info = try TensorInfo(name: name, dtype: dtype, shape: shape)
    guard values.count == info.count else {
      throw TensorError.wrongByteCount(
        name, expected: info.byteCount, found: values.count * dtype.byteCount)
    }
    try self.init(info) { bytes in
      values.withUnsafeBufferPointer { Conversion.store($0, as: dtype, into: bytes) }
    }
  }

  deinit { storage.deallocate() }

  /// Lends the bytes (row-major, stored type).
  public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try body(UnsafeRawBufferPointer(rebasing: storage[0..<info.byteCount]))
  }

  /// The values as `Double`, row-major. Exact for every type but 64-bit integers above 2^53.
  public func doubles() -> [Double] {
    withBytes { bytes in
      [Double](unsafeUninitializedCapacity: info.count) { buffer, count in
        let target = UnsafeMutableBufferPointer(rebasing: buffer[0..<info.count])
        Conversion.load(bytes, as: info.dtype, into: target)
        count = info.count
      }
    }
  }
}
