internal import CFusionKernels
import Tensors

/// One row of a matrix, as a row-wise kernel sees it.
public struct MatrixRow {
  /// The position of the matrix in the manifest.
  public let tensor: Int
  /// The row's first element, counted from the start of the matrix.
  public let firstElement: Int
  /// The type in which PyTorch would compute with the sources' values.
  public let precision: DType
  /// The row of every source; the kernel leaves its result in the first.
  public let values: [UnsafeMutableBufferPointer<Double>]

  /// The first source's row, where the result goes.
  public var result: UnsafeMutableBufferPointer<Double> { values[0] }

  /// Rounds values to `precision`.
  public func round(_ values: UnsafeMutableBufferPointer<Double>) {
    Self.round(values, to: precision)
  }

  /// Rounds values to the precision of a floating-point type.
  public static func round(_ values: UnsafeMutableBufferPointer<Double>, to precision: DType) {
    guard precision != .float64 else { return }
    withUnsafeTemporaryAllocation(
      byteCount: values.count * precision.byteCount, alignment: 8
    ) { bytes in
      Conversion.store(UnsafeBufferPointer(values), as: precision, into: bytes)
      Conversion.load(UnsafeRawBufferPointer(bytes), as: precision, into: values)
    }
  }

  /// Calls `body` with whether each of `metric` is among its `count` smallest: the first ones among
  /// equals, NaN the largest.
  public static func withSmallest(
    _ count: Int, of metric: UnsafeMutableBufferPointer<Double>,
    _ body: (UnsafeMutableBufferPointer<UInt8>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: metric.count) { marks in
      ck_mark_smallest(metric.baseAddress, metric.count, max(count, 0), marks.baseAddress)
      body(marks)
    }
  }
}
