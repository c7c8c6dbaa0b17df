internal import CTorchInterface
import Tensors

/// A tensor of libtorch, immutable once made; freed with its last reference.
public final class TorchTensor: Sendable {
  /// The library that computes with it.
  public let library: TorchLibrary
  /// Its sizes, outermost first; empty for a scalar.
  public let shape: [Int]
  nonisolated(unsafe) let handle: OpaquePointer

  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Takes over a handle at +1.
  private init(taking handle: OpaquePointer, library: TorchLibrary) throws {
    self.handle = handle
    self.library = library
    do {
      self.shape = try Self.sizes(of: handle, library)
    } catch {
      library.functions.pointee.tensor_free(handle)
      throw error
    }
  }

  deinit { library.functions.pointee.tensor_free(handle) }

  /// Copies `values`, row-major, to `device`.
  ///
  /// - Throws: `NetworkError.wrongInput` when shape and number of values disagree,
  ///   `.operationFailed`.
  public convenience init(
    _ values: [Float], shape: [Int], library: TorchLibrary, device: TorchDevice = .cpu
  ) throws {
    guard values.count == shape.reduce(1, *) else {
      throw NetworkError.wrongInput(expected: shape, found: [values.count])
    }
    let handle = try values.withUnsafeBytes {
      try Self.make($0, ctorch_dtype(CTORCH_FLOAT32), shape, library, device)
    }
    try self.init(taking: handle, library: library)
  }

  /// Copies a list of integers to `device`.
  ///
  /// - Throws: `NetworkError.operationFailed`.
  public convenience init(
    _ values: [Int64], library: TorchLibrary, device: TorchDevice = .cpu
  ) throws {
    let handle = try values.withUnsafeBytes {
      try Self.make($0, ctorch_dtype(CTORCH_INT64), [values.count], library, device)
    }
    try self.init(taking: handle, library: library)
  }

  /// Copies a floating-point tensor to `device`, as float32 whatever type it is stored in.
  ///
  /// - Throws: `NetworkError.operationFailed`.
  public convenience init(
    _ tensor: Tensor, library: TorchLibrary, device: TorchDevice = .cpu
  ) throws {
    let values = tensor.withBytes { bytes in
      [Float](unsafeUninitializedCapacity: tensor.info.count) { buffer, count in
        Conversion.load(
          bytes, as: tensor.info.dtype,
          into: UnsafeMutableBufferPointer(rebasing: buffer[0..<tensor.info.count]))
        count = tensor.info.count
      }
    }
    try self.init(values, shape: tensor.info.shape, library: library, device: device)
  }

  /// The elements, row-major, as `Float`.
  ///
  /// - Throws: `NetworkError.operationFailed`.
  public func floats() throws -> [Float] {
    try read(as: ctorch_dtype(CTORCH_FLOAT32))
  }

  /// The elements, row-major, as integers; fractions are cut off.
  ///
  /// - Throws: `NetworkError.operationFailed`.
  public func integers() throws -> [Int64] {
    try read(as: ctorch_dtype(CTORCH_INT64))
  }

  /// Runs one operation that makes a tensor.
  static func making(
    _ operation: String, in library: TorchLibrary,
    _ call: (ctorch_out, ctorch_error) -> ctorch_status
  ) throws -> TorchTensor {
    try TorchTensor(taking: handle(operation, library, call), library: library)
  }

  private static func handle(
    _ operation: String, _ library: TorchLibrary,
    _ call: (ctorch_out, ctorch_error) -> ctorch_status
  ) throws -> OpaquePointer {
    var made: OpaquePointer?
    try library.check(operation) { call(&made, $0) }
    guard let made else {
      throw NetworkError.operationFailed(operation: operation, reason: "made no tensor")
    }
    return made
  }

  private static func make(
    _ bytes: UnsafeRawBufferPointer, _ dtype: ctorch_dtype, _ shape: [Int],
    _ library: TorchLibrary, _ device: TorchDevice
  ) throws -> OpaquePointer {
    try library.require(device)
    let sizes = shape.map(Int64.init)
    return try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { nothing in
      guard let data = bytes.baseAddress ?? UnsafeRawPointer(nothing.baseAddress) else {
        throw NetworkError.operationFailed(operation: "tensor_make", reason: "no data")
      }
      return try handle("tensor_make", library) {
        library.functions.pointee.tensor_make(
          data, dtype, sizes, Int32(clamping: sizes.count), device.code, $0, $1)
      }
    }
  }

  private static func sizes(of handle: OpaquePointer, _ library: TorchLibrary) throws -> [Int] {
    var rank: Int32 = 0
    try library.check("tensor_rank") {
      library.functions.pointee.tensor_rank(handle, &rank, $0)
    }
    var sizes = [Int64](repeating: 0, count: Int(rank))
    try library.check("tensor_sizes") {
      library.functions.pointee.tensor_sizes(handle, &sizes, rank, $0)
    }
    return sizes.map(Int.init)
  }

  private func read<Element: BitwiseCopyable>(as dtype: ctorch_dtype) throws -> [Element] {
    let size = count
    return try [Element](unsafeUninitializedCapacity: max(size, 1)) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      try library.check("tensor_read") {
        library.functions.pointee.tensor_read(handle, dtype, start, Int64(size), $0)
      }
      count = size
    }
  }
}
