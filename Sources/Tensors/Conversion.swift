internal import CFusionKernels

/// Conversions between stored elements and the types that kernels compute in.
public enum Conversion {
  /// Widens stored elements to `Double`; exact but for 64-bit integers above 2^53.
  ///
  /// - Parameter target: at least as many elements as `source` holds.
  public static func load(
    _ source: UnsafeRawBufferPointer, as dtype: DType,
    into target: UnsafeMutableBufferPointer<Double>
  ) {
    let count = source.count / dtype.byteCount
    precondition(target.count >= count)
    guard count > 0, let from = source.baseAddress, let to = target.baseAddress else { return }
    ck_load_f64(dtype.kernelCode, from, to, count)
  }

  /// Converts stored elements to `Float`: exact for floating types of up to 32 bits, else rounded
  /// to nearest even.
  ///
  /// - Parameter target: at least as many elements as `source` holds.
  public static func load(
    _ source: UnsafeRawBufferPointer, as dtype: DType,
    into target: UnsafeMutableBufferPointer<Float>
  ) {
    let count = source.count / dtype.byteCount
    precondition(target.count >= count)
    guard count > 0, let from = source.baseAddress, let to = target.baseAddress else { return }
    ck_load_f32(dtype.kernelCode, from, to, count)
  }

  /// Rounds `values` once, to nearest even, into the stored type. Integers truncate toward zero
  /// and saturate; NaN becomes 0 there.
  ///
  /// - Parameter target: at least `values.count` elements of `dtype`.
  public static func store(
    _ values: UnsafeBufferPointer<Double>, as dtype: DType,
    into target: UnsafeMutableRawBufferPointer
  ) {
    precondition(target.count >= values.count * dtype.byteCount)
    guard let from = values.baseAddress, let to = target.baseAddress, !values.isEmpty else {
      return
    }
    ck_store_f64(dtype.kernelCode, from, to, values.count)
  }

  /// How many stored elements are NaN or infinite; 0 for types that hold neither.
  public static func nonFiniteCount(_ bytes: UnsafeRawBufferPointer, as dtype: DType) -> Int {
    guard let from = bytes.baseAddress else { return 0 }
    return Int(ck_count_nonfinite(dtype.kernelCode, from, bytes.count / dtype.byteCount))
  }
}
