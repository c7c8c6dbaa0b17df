import Tensors

extension DType {
  /// The floating type that PyTorch computes in when values of two types meet.
  ///
  /// Integers take the other's type, two halves of different kinds meet in `float32`, and 8-bit
  /// floats count as `float32`, since PyTorch has no arithmetic on them.
  static func promoted(_ a: DType, _ b: DType) -> DType {
    let a = a.arithmetic
    let b = b.arithmetic
    if !a.isFloatingPoint { return b.isFloatingPoint ? b : .float32 }
    if !b.isFloatingPoint || a == b { return a }
    return a == .float64 || b == .float64 ? .float64 : .float32
  }

  private var arithmetic: DType {
    self == .float8e4m3 || self == .float8e5m2 ? .float32 : self
  }
}
