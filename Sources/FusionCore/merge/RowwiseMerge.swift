import Tensors

/// A merged model in which each row of some matrices is a function of the same row of its inputs,
/// computed when read. All other tensors are the first input's.
///
/// Reading holds some rows of every input, one at least, whatever the slice.
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
    guard slice.count > 0 else { return }
    let columns = max(info.shape.last ?? 1, 1)
    let touched =
      slice.elements.lowerBound / columns
      * columns..<min(
        (slice.elements.upperBound + columns - 1) / columns * columns, info.count)
    let run = min(WorkingMemory.chunk(inputs: sources.count, unit: columns), touched.count)
    let room = UnsafeMutableBufferPointer<Double>.allocate(capacity: columns * sources.count)
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: run * 8 * sources.count, alignment: 64)
    defer {
      room.deallocate()
      bytes.deallocate()
    }
    let values = sources.indices.map {
      UnsafeMutableBufferPointer(rebasing: room[$0 * columns..<($0 + 1) * columns])
    }
    for first in stride(from: touched.lowerBound, to: touched.upperBound, by: run) {
      let rows = first..<min(first + run, touched.upperBound)
      let stored = try read(rows, of: slice.tensor, into: bytes)
      for start in stride(from: first, to: rows.upperBound, by: columns) {
        compute(slice, rowAt: start, of: stored, from: first, values, into: destination)
      }
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

  /// Reads elements of a tensor of every source, one source after the other.
  private func read(
    _ elements: Range<Int>, of tensor: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws -> [(bytes: UnsafeRawBufferPointer, dtype: DType)] {
    let size = bytes.count / sources.count
    var stored: [(bytes: UnsafeRawBufferPointer, dtype: DType)] = []
    var reads: [SliceRead] = []
    for (number, source) in sources.enumerated() {
      let position = source.positions[tensor]
      let dtype = source.stateDict.manifest.tensors[position].dtype
      let start = number * size
      let place = UnsafeMutableRawBufferPointer(
        rebasing: bytes[start..<start + elements.count * dtype.byteCount])
      reads.append(
        SliceRead(source.stateDict, Slice(tensor: position, elements: elements), into: place))
      stored.append((UnsafeRawBufferPointer(place), dtype))
    }
    try SliceRead.all(reads)
    return stored
  }

  /// Computes the row that starts at element `position`, and stores those of its elements that `slice` has.
  ///
  /// - Parameters:
  ///   - stored: elements of every source from `first` on.
  ///   - values: a row of every source.
  private func compute(
    _ slice: Slice, rowAt position: Int, of stored: [(bytes: UnsafeRawBufferPointer, dtype: DType)],
    from first: Int, _ values: [UnsafeMutableBufferPointer<Double>],
    into destination: UnsafeMutableRawBufferPointer
  ) {
    let columns = values[0].count
    for (source, row) in zip(stored, values) {
      let size = source.dtype.byteCount
      let start = (position - first) * size
      Conversion.load(
        .init(rebasing: source.bytes[start..<start + columns * size]), as: source.dtype, into: row)
    }
    kernel(
      MatrixRow(
        tensor: slice.tensor, firstElement: position,
        precision: stored.reduce(.bool) { DType.promoted($0, $1.dtype) }, values: values))
    let wanted = slice.elements.clamped(to: position..<position + columns)
    let dtype = manifest.tensors[slice.tensor].dtype
    let offset = (wanted.lowerBound - slice.elements.lowerBound) * dtype.byteCount
    Conversion.store(
      .init(rebasing: values[0][wanted.lowerBound - position..<wanted.upperBound - position]),
      as: dtype,
      into: .init(rebasing: destination[offset..<offset + wanted.count * dtype.byteCount]))
  }

  /// The same merge, rounded once into another type.
  ///
  /// - Throws: `TensorError.tooLarge`.
  public func casting(to dtype: DType) throws -> any StateDict {
    RowwiseMerge(self, manifest: try manifest.casting(to: dtype))
  }
}
