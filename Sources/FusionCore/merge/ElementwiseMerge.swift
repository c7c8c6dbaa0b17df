import Tensors

/// A merged model that is a function of the same elements of its inputs, computed when read.
///
/// Floating-point tensors go through the kernel and are rounded once into the reference's type.
/// Integer and bool tensors are the reference's.
public struct ElementwiseMerge: StateDict {
  /// The reference's names and shapes, and its types unless cast.
  public let manifest: Manifest
  /// The method's name.
  public let label: String
  /// What is merged.
  public let inputs: ElementwiseInputs
  private let keepsReference: Set<Int>
  private let kernel: @Sendable (ElementBlock) -> Void

  /// Describes a merge; nothing is read.
  ///
  /// - Parameters:
  ///   - keeping: positions of tensors that are copied from the reference.
  ///   - kernel: computes `sum` from `base` and `models` of a block; must depend on nothing else.
  public init(
    _ inputs: ElementwiseInputs, label: String, keeping: Set<Int> = [],
    kernel: @escaping @Sendable (ElementBlock) -> Void
  ) {
    self.init(inputs, manifest: inputs.manifest, label: label, keeping: keeping, kernel: kernel)
  }

  private init(
    _ inputs: ElementwiseInputs, manifest: Manifest, label: String, keeping: Set<Int>,
    kernel: @escaping @Sendable (ElementBlock) -> Void
  ) {
    self.inputs = inputs
    self.manifest = manifest
    self.label = label
    self.keepsReference = keeping
    self.kernel = kernel
  }

  /// Computes the elements of `slice`.
  ///
  /// - Throws: what reading the inputs throws.
  public func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    try Self.read(slice, of: [self], into: [destination])
  }

  /// Computes the elements of `slice` of several merges of the same sources, which are read once.
  ///
  /// - Throws: what reading the inputs throws.
  static func read(
    _ slice: Slice, of merges: [ElementwiseMerge],
    into destinations: [UnsafeMutableRawBufferPointer]
  ) throws {
    var computed: [(merge: ElementwiseMerge, dtype: DType, bytes: UnsafeMutableRawBufferPointer)] =
      []
    for (merge, bytes) in zip(merges, destinations) {
      let dtype = merge.manifest.tensors[slice.tensor].dtype
      if dtype.isFloatingPoint && !merge.keepsReference.contains(slice.tensor) {
        computed.append((merge, dtype, bytes))
      } else {
        try merge.inputs.readReference(slice, as: merge.manifest, into: bytes)
      }
    }
    try ElementwiseInputs.forEachBlock(of: slice, for: computed.map(\.merge.inputs)) {
      position, block, range in
      let (merge, dtype, bytes) = computed[position]
      let size = dtype.byteCount
      merge.kernel(block)
      Conversion.store(
        UnsafeBufferPointer(block.sum.values), as: dtype,
        into: .init(rebasing: bytes[range.lowerBound * size..<range.upperBound * size]))
    }
  }

  /// What reading the inputs takes: all of them, but for a tensor that is copied the reference.
  public func work(of slice: Slice) -> ReadingWork {
    inputs.work(of: slice, onlyReference: keepsReference.contains(slice.tensor))
  }

  /// The same merge, its sums rounded once into another type.
  ///
  /// - Throws: `TensorError.tooLarge`.
  public func casting(to dtype: DType) throws -> any StateDict {
    ElementwiseMerge(
      inputs, manifest: try manifest.casting(to: dtype), label: label, keeping: keepsReference,
      kernel: kernel)
  }
}
