internal import CFusionKernels

/// A short run of values in the type that they are computed in.
public enum Slab {
  /// Values of checkpoints of up to 32 bits.
  case float32(UnsafeMutableBufferPointer<Float>)
  /// Values of `float64` checkpoints.
  case float64(UnsafeMutableBufferPointer<Double>)
}

extension Slab {
  /// The values.
  public func doubles() -> [Double] {
    switch self {
    case .float32(let x): x.map { Double($0) }
    case .float64(let x): Array(x)
    }
  }

  /// Σ x, in `Double` and in a fixed order.
  public func sum() -> Double {
    switch self {
    case .float32(let x): ck_sum_f32(x.baseAddress, x.count)
    case .float64(let x): ck_sum_f64(x.baseAddress, x.count)
    }
  }

  /// Σ |x|, in `Double` and in a fixed order.
  public func absoluteSum() -> Double {
    switch self {
    case .float32(let x): ck_sum_abs_f32(x.baseAddress, x.count)
    case .float64(let x): ck_sum_abs_f64(x.baseAddress, x.count)
    }
  }

  /// Σ x², in `Double` and in a fixed order.
  public func squaredNorm() -> Double { dot(self) }

  /// Σ x·y, in `Double` and in a fixed order; `other` is a run of the same block.
  public func dot(_ other: Slab) -> Double {
    switch (self, other) {
    case (.float32(let x), .float32(let y)): ck_dot_f32(x.baseAddress, y.baseAddress, x.count)
    case (.float64(let x), .float64(let y)): ck_dot_f64(x.baseAddress, y.baseAddress, x.count)
    default: preconditionFailure("a block is computed in one type")
    }
  }
}
