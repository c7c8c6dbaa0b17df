import Tensors

/// A merged model in which each row of some matrices is a function of the same row of its inputs,
/// computed when read. All other tensors are the first input's.
///
/// Reading holds a row of every input, whatever the slice.
public struct RowwiseMerge: StateDict {
  /// The first source's names and shapes, and its types unless cast.
  public let manifest: Manifest
  /// The method's name.
  public let label: String
  private let sources: [(stateDict: any StateDict, positions: [Int])]
  private let matrices: Set<Int>
  private let kernel: @Sendable (MatrixRow) -> Void

  /// Describes a merge; nothing is read.
  ///
  /// - Parameters:
  ///   - sources: at least one; the first gives order, shapes and types.
  ///   - matrices: positions of tensors that the kernel works on; a row is the last dimension.
  ///   - kernel: makes the first source's row the result; must depend on the row alone.
  /// - Throws: `TensorError` naming the model and the tensor that differs; `PoolError.noModels`.
  public init(
    _ sources: [any StateDict], label: String, matrices: Set<Int>,
    kernel: @escaping @Sendable (MatrixRow) -> Void
  ) throws {
    guard let reference = sources.first else { throw PoolError.noModels }
    self.sources = try sources.map { ($0, try $0.positions(matching: reference)) }
    manifest = reference.manifest
    self.label = label
    self.matrices = matrices
    self.kernel = kernel
  }

  private init(_ other: RowwiseMerge, manifest: Manifest) {
    self.manifest = manifest
    label = other.label
    sources = other.sources
    matrices = other.matrices
    kernel = other.kernel
  }

  /// Computes the rows that `slice` touches, and copies its elements.
  ///
  /// - Throws: what reading the inputs throws.
  public func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    let info = manifest.tensors[slice.tensor]
    guard matrices.contains(slice.tensor) else {
      let stored = sources[0].stateDict.manifest.tensors[slice.tensor].dtype
      let source =
        stored == info.dtype
        ? sources[0].stateDict : try sources[0].stateDict.casting(to: info.dtype)
      return try source.read(slice, into: destination)
    }
    let columns = max(info.shape.last ?? 1, 1)
    let size = info.dtype.byteCount
    let room = UnsafeMutableBufferPointer<Double>.allocate(capacity: columns * sources.count)
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: columns * 8, alignment: 64)
    defer {
      room.deallocate()
      bytes.deallocate()
    }
    let values = sources.indices.map {
      UnsafeMutableBufferPointer(rebasing: room[$0 * columns..<($0 + 1) * columns])
    }
    let precision = sources.reduce(DType.bool) {
      DType.promoted($0, $1.stateDict.manifest.tensors[$1.positions[slice.tensor]].dtype)
    }
    var next = slice.elements.lowerBound
    while next < slice.elements.upperBound {
      let start = next / columns * columns
      let end = min(start + columns, slice.elements.upperBound)
      for (source, row) in zip(sources, values) {
        let position = source.positions[slice.tensor]
        let dtype = source.stateDict.manifest.tensors[position].dtype
        let stored = UnsafeMutableRawBufferPointer(rebasing: bytes[0..<columns * dtype.byteCount])
        try source.stateDict.read(
          Slice(tensor: position, elements: start..<start + columns), into: stored)
        Conversion.load(UnsafeRawBufferPointer(stored), as: dtype, into: row)
      }
      kernel(
        MatrixRow(
          tensor: slice.tensor, firstElement: start, precision: precision, values: values))
      let offset = next - slice.elements.lowerBound
      Conversion.store(
        UnsafeBufferPointer(rebasing: values[0][next - start..<end - start]), as: info.dtype,
        into: .init(rebasing: destination[offset * size..<(offset + end - next) * size]))
      next = end
    }
  }

  /// What reading takes of every source, or for a tensor that is copied of the first.
  public func work(of slice: Slice) -> ReadingWork {
    var total = ReadingWork()
    for source in matrices.contains(slice.tensor) ? sources[...] : sources.prefix(1) {
      total.add(
        source.stateDict.work(
          of: Slice(tensor: source.positions[slice.tensor], elements: slice.elements)))
    }
    return total
  }

  /// The same merge, rounded once into another type.
  ///
  /// - Throws: `TensorError.tooLarge`.
  public func casting(to dtype: DType) throws -> any StateDict {
    RowwiseMerge(self, manifest: try manifest.casting(to: dtype))
  }
}
