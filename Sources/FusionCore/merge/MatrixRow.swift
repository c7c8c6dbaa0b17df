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

  /// Drops values at random, those of small magnitude sooner than the large ones: of n values, the one
  /// of rank r from 0 stays where its draw is below least + spread · r / (n − 1), times 2³². The
  /// first ones are smaller among equals, NaN is largest.
  ///
  /// - Parameter rescale: whether values that stay are divided by that probability.
  public static func drop(
    _ values: UnsafeMutableBufferPointer<Double>, draws: UnsafeMutableBufferPointer<UInt32>,
    from least: Double, spread: Double, rescale: Bool
  ) {
    let count = values.count
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 3 * count) { scratch in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { order in
        order.withMemoryRebound(to: UInt.self) { order in
          ck_magnitude_order(values.baseAddress, count, scratch.baseAddress, order.baseAddress)
          ck_drop_by_rank(
            values.baseAddress, order.baseAddress, draws.baseAddress, count, least, spread,
            rescale ? 1 : 0)
        }
      }
    }
  }

  /// Adds λ Σ_m w_m x_m over the other sources' rows to the result.
  ///
  /// - Parameters:
  ///   - weights: one per source but the first.
  ///   - elects: whether those alone count that have the sign of the sum; a sum of 0 elects +.
  ///   - normalize: whether to divide by the sum of the weights that count.
  public func mix(weights: [Double], elects: Bool, normalize: Bool, lambda: Double) {
    precondition(weights.count == values.count - 1)
    let rows = values.dropFirst().map { UnsafePointer($0.baseAddress) }
    ck_mix_rows(
      rows, weights, weights.count, result.count, elects ? 1 : 0, normalize ? 1 : 0, lambda,
      result.baseAddress)
  }
}
