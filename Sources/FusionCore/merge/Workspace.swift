import Tensors

/// The buffers that one thread reads inputs into: a chunk of every input, and a block.
final class Workspace: @unchecked Sendable {
  let block: ElementBlock
  private var base = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var models: [UnsafeMutableRawBufferPointer]

  init(modelCount: Int) {
    block = ElementBlock(modelCount: modelCount)
    models = Array(repeating: .init(start: nil, count: 0), count: modelCount)
  }

  deinit {
    base.deallocate()
    for bytes in models { bytes.deallocate() }
  }

  /// Room for `count` elements of the base.
  func baseBytes(_ count: Int, _ dtype: DType) -> UnsafeMutableRawBufferPointer {
    Self.room(&base, count * dtype.byteCount)
  }

  /// Room for `count` elements of model `m`.
  func modelBytes(_ m: Int, _ count: Int, _ dtype: DType) -> UnsafeMutableRawBufferPointer {
    Self.room(&models[m], count * dtype.byteCount)
  }

  /// What was read of the base.
  func baseBytes(_ range: Range<Int>, _ dtype: DType) -> UnsafeRawBufferPointer {
    Self.part(base, range, dtype)
  }

  /// What was read of model `m`.
  func modelBytes(_ m: Int, _ range: Range<Int>, _ dtype: DType) -> UnsafeRawBufferPointer {
    Self.part(models[m], range, dtype)
  }

  private static func room(
    _ buffer: inout UnsafeMutableRawBufferPointer, _ bytes: Int
  ) -> UnsafeMutableRawBufferPointer {
    if buffer.count < bytes {
      buffer.deallocate()
      buffer = .allocate(byteCount: bytes, alignment: 64)
    }
    return .init(rebasing: buffer[0..<bytes])
  }

  private static func part(
    _ buffer: UnsafeMutableRawBufferPointer, _ range: Range<Int>, _ dtype: DType
  ) -> UnsafeRawBufferPointer {
    let size = dtype.byteCount
    return .init(rebasing: buffer[range.lowerBound * size..<range.upperBound * size])
  }
}
