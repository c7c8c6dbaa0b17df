import Tensors

/// A merged model in which each row of some matrices is a function of the same row of its inputs,
/// computed when read. All other tensors are the first input's.
///
/// Reading holds a row of every input, or some 16,384 elements of short rows, whatever the slice.
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
    let first = slice.elements.lowerBound / columns
    let end = (slice.elements.upperBound + columns - 1) / columns
    let room = RowBlock(
      sources: sources.count, columns: columns,
      rows: min(end - first, max(Self.blockSize / columns, 1)))
    let precision = sources.reduce(DType.bool) {
      DType.promoted($0, $1.stateDict.manifest.tensors[$1.positions[slice.tensor]].dtype)
    }
    for start in stride(from: first, to: end, by: max(room.rows, 1)) {
      let rows = start..<min(start + room.rows, end)
      for (number, source) in sources.enumerated() {
        try room.load(number, rows, of: source.stateDict, at: source.positions[slice.tensor])
      }
      for row in rows {
        kernel(
          MatrixRow(
            tensor: slice.tensor, firstElement: row * columns, precision: precision,
            values: room.row(row - rows.lowerBound)))
      }
      let elements = slice.elements.clamped(
        to: rows.lowerBound * columns..<rows.upperBound * columns)
      room.store(
        elements.lowerBound - rows.lowerBound * columns, as: info.dtype, count: elements.count,
        into: destination, at: elements.lowerBound - slice.elements.lowerBound)
    }
  }

  /// Elements of a source that are read at a time, about.
  private static let blockSize = 1 << 14

  /// The same merge, rounded once into another type.
  ///
  /// - Throws: `TensorError.tooLarge`.
  public func casting(to dtype: DType) throws -> any StateDict {
    RowwiseMerge(self, manifest: try manifest.casting(to: dtype))
  }
}
