/// A short run of values in the type that they are computed in.
public enum Slab {
  /// Values of checkpoints of up to 32 bits.
  case float32(UnsafeMutableBufferPointer<Float>)
  /// Values of `float64` checkpoints.
  case float64(UnsafeMutableBufferPointer<Double>)
}
