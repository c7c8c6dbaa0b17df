internal import CFusionKernels

/// The result of a block: sums in `Double`, rounded once when the block is done.
public struct SumSlab {
  /// The values, zero when a kernel starts.
  public let values: UnsafeMutableBufferPointer<Double>

  /// Sums of one's own, as many as a block has elements.
  public init(values: UnsafeMutableBufferPointer<Double>) { self.values = values }

  private var start: UnsafeMutablePointer<Double>? { values.baseAddress }

  /// sum += x
  public func add(_ x: Slab) {
    guard let start else { return }
    switch x {
    case .float32(let x): ck_add_f32(x.baseAddress, start, values.count)
    case .float64(let x): ck_add_f64(x.baseAddress, start, values.count)
    }
  }

  /// sum += weight · x
  public func add(_ x: Slab, weight: Double) {
    guard let start else { return }
    switch x {
    case .float32(let x): ck_axpy_f32(weight, x.baseAddress, start, values.count)
    case .float64(let x): ck_axpy_f64(weight, x.baseAddress, start, values.count)
    }
  }

  /// sum -= x
  func subtract(_ x: UnsafeBufferPointer<Double>) {
    guard let start, let x = x.baseAddress else { return }
    ck_axpy_f64(-1, x, start, values.count)
  }

  /// sum /= divisor
  public func divide(by divisor: Double) {
    guard let start else { return }
    ck_divide_f64(divisor, start, values.count)
  }

  /// sum = base + factor · sum
  public func scale(by factor: Double, onto base: Slab) {
    guard let start else { return }
    switch base {
    case .float32(let base): ck_scale_onto_f32(base.baseAddress, factor, start, values.count)
    case .float64(let base): ck_scale_onto_f64(base.baseAddress, factor, start, values.count)
    }
  }
}
