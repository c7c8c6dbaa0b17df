internal import CFusionKernels
import Tensors

/// What a kernel sees: the same short run of elements of every input, and the place for the result.
///
/// A block is the workspace of one thread. It is small enough to stay in the cache.
public final class ElementBlock {
  /// Elements of a block at most.
  static let limit = 4096

  /// Which elements of which tensor the block holds.
  public private(set) var slice = Slice(tensor: 0, elements: 0..<0)
  /// The position of the block's tensor in the manifest.
  public var tensor: Int { slice.tensor }
  /// The block's first element, counted from the start of its tensor.
  public var firstElement: Int { slice.elements.lowerBound }
  /// The pre-trained model's values; empty when the inputs have none.
  public private(set) var base = Slab.float32(.init(start: nil, count: 0))
  /// For every model of the inputs, in pool order: its values, or its task vector.
  public private(set) var models: [Slab]
  /// The result, zero at first.
  public private(set) var sum: SumSlab

  /// The models' values as C arrays, of the type that the block is computed in.
  let pointers32: UnsafeMutablePointer<UnsafePointer<Float>?>
  let pointers64: UnsafeMutablePointer<UnsafePointer<Double>?>

  private let loaded32: UnsafeMutableBufferPointer<Float>
  private let loaded64: UnsafeMutableBufferPointer<Double>
  private let sums: UnsafeMutableBufferPointer<Double>

  /// A workspace for `modelCount` models and the base.
  init(modelCount: Int) {
    let rows = modelCount + 1
    loaded32 = .allocate(capacity: rows * Self.limit)
    loaded64 = .allocate(capacity: rows * Self.limit)
    sums = .allocate(capacity: Self.limit)
    pointers32 = .allocate(capacity: max(modelCount, 1))
    pointers64 = .allocate(capacity: max(modelCount, 1))
    pointers32.initialize(repeating: nil, count: max(modelCount, 1))
    pointers64.initialize(repeating: nil, count: max(modelCount, 1))
    models = Array(repeating: .float32(.init(start: nil, count: 0)), count: modelCount)
    sum = SumSlab(values: .init(start: nil, count: 0))
  }

  deinit {
    loaded32.deallocate()
    loaded64.deallocate()
    sums.deallocate()
    pointers32.deallocate()
    pointers64.deallocate()
  }

  /// Whether the block is computed in `Double`.
  var isWide: Bool {
    if case .float64 = models.first { true } else { false }
  }

  /// Prepares the result for the elements of `slice`, `limit` at most.
  func begin(_ slice: Slice) {
    self.slice = slice
    sum = SumSlab(values: .init(rebasing: sums[0..<slice.count]))
    sum.values.update(repeating: 0)
  }

  /// Takes the base's stored elements.
  func setBase(_ bytes: UnsafeRawBufferPointer, _ dtype: DType, wide: Bool) {
    base = load(bytes, dtype, wide: wide, row: models.count)
  }

  /// Takes model `m`'s stored elements as they are.
  func setModel(_ m: Int, _ bytes: UnsafeRawBufferPointer, _ dtype: DType, wide: Bool) {
    models[m] = load(bytes, dtype, wide: wide, row: m)
    point(m)
  }

  /// Takes model `m`'s task vector: its stored elements less the base's, rounded to `precision`.
  func setTaskVector(
    _ m: Int, _ bytes: UnsafeRawBufferPointer, _ dtype: DType, wide: Bool, precision: DType
  ) {
    switch base {
    case .float32(let base):
      let delta = row32(m, base.count)
      if let x = bytes.baseAddress, let base = base.baseAddress, let target = delta.baseAddress {
        ck_delta_f32(dtype.kernelCode, x, base, precision.kernelCode, target, delta.count)
      }
      models[m] = .float32(delta)
    case .float64(let base):
      let delta = row64(m, base.count)
      Conversion.load(bytes, as: dtype, into: delta)
      if let base = base.baseAddress, let target = delta.baseAddress {
        ck_delta_f64(target, base, target, delta.count)
      }
      models[m] = .float64(delta)
    }
    point(m)
  }

  private func point(_ m: Int) {
    switch models[m] {
    case .float32(let values): pointers32[m] = UnsafePointer(values.baseAddress)
    case .float64(let values): pointers64[m] = UnsafePointer(values.baseAddress)
    }
  }

  private func load(
    _ bytes: UnsafeRawBufferPointer, _ dtype: DType, wide: Bool, row: Int
  ) -> Slab {
    let count = bytes.count / dtype.byteCount
    if wide {
      let target = row64(row, count)
      Conversion.load(bytes, as: dtype, into: target)
      return .float64(target)
    }
    if dtype == .float32 {
      // No copy: kernels only read what a slab of the inputs holds.
      return .float32(
        UnsafeMutableBufferPointer(mutating: bytes.assumingMemoryBound(to: Float.self)))
    }
    let target = row32(row, count)
    Conversion.load(bytes, as: dtype, into: target)
    return .float32(target)
  }

  private func row32(_ row: Int, _ count: Int) -> UnsafeMutableBufferPointer<Float> {
    .init(rebasing: loaded32[row * Self.limit..<row * Self.limit + count])
  }

  private func row64(_ row: Int, _ count: Int) -> UnsafeMutableBufferPointer<Double> {
    .init(rebasing: loaded64[row * Self.limit..<row * Self.limit + count])
  }
}
