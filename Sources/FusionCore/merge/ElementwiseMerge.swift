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
  private let kernel: Kernel

  /// How a block's `sum` is computed.
  private enum Kernel {
    case function(@Sendable (ElementBlock) -> Void)
    /// By the tensor's weights.
    case combination(@Sendable (Int) -> LinearCombination)

    func callAsFunction(_ block: ElementBlock) {
      switch self {
      case .function(let compute): compute(block)
      case .combination(let sum): block.combine(sum(block.tensor))
      }
    }
  }

  /// Describes a merge; nothing is read.
  ///
  /// - Parameters:
  ///   - keeping: positions of tensors that are copied from the reference.
  ///   - kernel: computes `sum` from `base` and `models` of a block; must depend on nothing else.
  public init(
    _ inputs: ElementwiseInputs, label: String, keeping: Set<Int> = [],
    kernel: @escaping @Sendable (ElementBlock) -> Void
  ) {
    self.init(
      inputs, manifest: inputs.manifest, label: label, keeping: keeping, kernel: .function(kernel))
  }

  /// Describes a weighted sum, which is computed several times faster than by a kernel; nothing is
  /// read.
  public init(_ inputs: ElementwiseInputs, label: String, combination: LinearCombination) {
    self = .weighted(inputs, label: label) { _ in combination }
  }

  /// A weighted sum with other weights for every tensor.
  ///
  /// - Parameter combination: the sum for the tensor at a position of the manifest.
  public static func weighted(
    _ inputs: ElementwiseInputs, label: String,
    _ combination: @escaping @Sendable (_ tensor: Int) -> LinearCombination
  ) -> ElementwiseMerge {
    ElementwiseMerge(
      inputs, manifest: inputs.manifest, label: label, keeping: [],
      kernel: .combination(combination))
  }

  private init(
    _ inputs: ElementwiseInputs, manifest: Manifest, label: String, keeping: Set<Int>,
    kernel: Kernel
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
    var direct: [(inputs: ElementwiseInputs, sum: LinearCombination, output: Output)] = []
    var blockwise: [(inputs: ElementwiseInputs, kernel: Kernel, output: Output)] = []
    for (merge, bytes) in zip(merges, destinations) {
      let output = Output(dtype: merge.manifest.tensors[slice.tensor].dtype, bytes: bytes)
      if !output.dtype.isFloatingPoint || merge.keepsReference.contains(slice.tensor) {
        try merge.inputs.readReference(slice, as: merge.manifest, into: bytes)
      } else if case .combination(let sum) = merge.kernel, merge.inputs.isUnprepared {
        direct.append((merge.inputs, sum(slice.tensor), output))
      } else {
        blockwise.append((merge.inputs, merge.kernel, output))
      }
    }
    guard let inputs = direct.first?.inputs ?? blockwise.first?.inputs else { return }
    let users = blockwise.map(\.inputs)
    try inputs.forEachChunk(of: slice) { chunk in
      for merge in direct {
        let range = chunk.offset..<chunk.offset + chunk.slice.count
        merge.inputs.combine(
          merge.sum, chunk, as: merge.output.dtype, into: merge.output.part(range))
      }
      ElementwiseInputs.forEachBlock(of: chunk, for: users) { position, block, range in
        let (_, kernel, output) = blockwise[position]
        kernel(block)
        Conversion.store(
          UnsafeBufferPointer(block.sum.values), as: output.dtype, into: output.part(range))
      }
    }
  }

  /// Where the elements of a slice go.
  private struct Output {
    let dtype: DType
    let bytes: UnsafeMutableRawBufferPointer

    /// The place of some elements, counted from the slice's start.
    func part(_ range: Range<Int>) -> UnsafeMutableRawBufferPointer {
      let size = dtype.byteCount
      return .init(rebasing: bytes[range.lowerBound * size..<range.upperBound * size])
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
