import Tensors

/// Memory for some neighbouring rows of every source.
final class RowBlock {
  /// Rows of a source at most.
  let rows: Int
  private let columns: Int
  private let values: UnsafeMutableBufferPointer<Double>
  private let bytes: UnsafeMutableRawBufferPointer
  private let sources: Int

  init(sources: Int, columns: Int, rows: Int) {
    self.sources = sources
    self.columns = columns
    self.rows = rows
    values = .allocate(capacity: sources * rows * columns)
    bytes = .allocate(byteCount: rows * columns * 8, alignment: 64)
  }

  deinit {
    values.deallocate()
    bytes.deallocate()
  }

  /// Reads rows of a source's tensor.
  ///
  /// - Throws: what reading throws.
  func load(
    _ source: Int, _ rows: Range<Int>, of stateDict: any StateDict, at position: Int
  ) throws {
    let dtype = stateDict.manifest.tensors[position].dtype
    let count = rows.count * columns
    let stored = UnsafeMutableRawBufferPointer(rebasing: bytes[0..<count * dtype.byteCount])
    try stateDict.read(
      Slice(
        tensor: position, elements: rows.lowerBound * columns..<rows.upperBound * columns),
      into: stored)
    Conversion.load(UnsafeRawBufferPointer(stored), as: dtype, into: place(source, 0, count))
  }

  /// One row of every source.
  func row(_ row: Int) -> [UnsafeMutableBufferPointer<Double>] {
    (0..<sources).map { place($0, row * columns, columns) }
  }

  /// Rounds elements of the first source and writes them.
  ///
  /// - Parameters:
  ///   - first: the first of them, counted from the first row.
  ///   - offset: where the first of them goes, in elements.
  func store(
    _ first: Int, as dtype: DType, count: Int, into destination: UnsafeMutableRawBufferPointer,
    at offset: Int
  ) {
    let size = dtype.byteCount
    Conversion.store(
      UnsafeBufferPointer(place(0, first, count)), as: dtype,
      into: .init(rebasing: destination[offset * size..<(offset + count) * size]))
  }

  private func place(
    _ source: Int, _ first: Int, _ count: Int
  ) -> UnsafeMutableBufferPointer<Double> {
    let start = source * rows * columns + first
    return .init(rebasing: values[start..<start + count])
  }
}
