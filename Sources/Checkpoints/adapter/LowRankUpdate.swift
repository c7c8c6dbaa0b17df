internal import CFusionKernels
import Tensors

/// A product of two thin matrices that is added to a weight: W + s·L·R, with L of rows × rank and R
/// of rank × columns. It is computed for a few rows and columns at a time, never whole.
///
/// Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (2021), equation 3.
struct LowRankUpdate {
  /// A thin matrix in the adapter.
  struct Factor {
    /// Its position in the adapter's manifest.
    let position: Int
    /// Rows of L, or columns of R.
    let count: Int
    /// Whether the values of one rank follow each other, and not those of one row of L or column
    /// of R.
    let isRankMajor: Bool
  }

  let left: Factor
  let right: Factor
  let rank: Int
  let scale: Double

  /// Numbers of R that are held at once.
  private static let rightLimit = 1 << 17
  /// Values that are computed at once.
  private static let valueLimit = 1 << 16

  /// Lays a module's factors onto its weight.
  ///
  /// - Parameters:
  ///   - shape: that of the weight: `[out, in]`, `[in, out]` where transposed, `[count, size]` for
  ///     an embedding, `[out, in, …]` for a convolution.
  ///   - a: `[rank, in, …]`, or `[rank, count]` for an embedding.
  ///   - b: `[out, rank, 1, …]`, or `[size, rank]` for an embedding.
  ///   - prefersTransposed: which of the two a square weight is.
  /// - Returns: nil when the shapes do not fit together.
  init?(
    _ shape: [Int], a: (position: Int, shape: [Int]), b: (position: Int, shape: [Int]),
    isEmbedding: Bool, prefersTransposed: Bool, scale: Double
  ) {
    guard a.shape.count == shape.count, b.shape.count == shape.count, shape.count >= 2,
      b.shape[1] == a.shape[0], b.shape.dropFirst(2).allSatisfy({ $0 == 1 }), a.shape[0] > 0
    else { return nil }
    rank = a.shape[0]
    self.scale = scale
    let columns = a.shape.dropFirst().reduce(1, *)
    let isPlain = b.shape[0] == shape[0] && Array(a.shape.dropFirst()) == Array(shape.dropFirst())
    let isTransposed = shape.count == 2 && shape == [a.shape[1], b.shape[0]]
    if isEmbedding || !isPlain || (isTransposed && prefersTransposed) {
      guard isTransposed else { return nil }
      left = Factor(position: a.position, count: columns, isRankMajor: true)
      right = Factor(position: b.position, count: b.shape[0], isRankMajor: false)
    } else {
      left = Factor(position: b.position, count: b.shape[0], isRankMajor: false)
      right = Factor(position: a.position, count: columns, isRankMajor: true)
    }
  }

  /// Computes elements of W + s·L·R.
  ///
  /// - Parameters:
  ///   - slice: of the tensor in `base`.
  ///   - destination: exactly as many bytes as the slice has in the base's type.
  /// - Throws: what reading throws.
  func read(
    _ slice: Slice, of base: any StateDict, adapter: any StateDict,
    into destination: UnsafeMutableRawBufferPointer
  ) throws {
    try base.read(slice, into: destination)
    let dtype = base.manifest.tensors[slice.tensor].dtype
    let columns = right.count
    // Columns first, so that each part of R is read once.
    let width = max(min(Self.rightLimit / rank, columns), 1)
    for start in stride(from: 0, to: columns, by: width) {
      let part = start..<min(start + width, columns)
      let tile = LowRankTile(slice: slice.elements, columns: columns, part: part)
      guard !tile.rows.isEmpty else { continue }
      let thin = try values(of: right, part, in: adapter, rankFirst: true)
      let height = max(Self.valueLimit / part.count, 1)
      for row in stride(from: tile.rows.lowerBound, to: tile.rows.upperBound, by: height) {
        let rows = row..<min(row + height, tile.rows.upperBound)
        let tall = try values(of: left, rows, in: adapter, rankFirst: false)
        add(tall, thin, rows, tile, to: destination, dtype)
      }
    }
  }

  /// Adds the product to those elements of the rows that are asked for.
  private func add(
    _ tall: [Double], _ thin: [Double], _ rows: Range<Int>, _ tile: LowRankTile,
    to destination: UnsafeMutableRawBufferPointer, _ dtype: DType
  ) {
    var values = [Double](repeating: 0, count: tile.part.count)
    for row in rows {
      // The first and the last row may be asked for in part.
      let wanted = tile.wanted(in: row)
      if wanted.isEmpty { continue }
      let first = (row * tile.columns + wanted.lowerBound - tile.slice.lowerBound) * dtype.byteCount
      let bytes = UnsafeMutableRawBufferPointer(
        rebasing: destination[first..<first + wanted.count * dtype.byteCount])
      values.withUnsafeMutableBufferPointer { values in
        let run = UnsafeMutableBufferPointer(rebasing: values[0..<wanted.count])
        Conversion.load(UnsafeRawBufferPointer(bytes), as: dtype, into: run)
        thin.withUnsafeBufferPointer { thin in
          tall.withUnsafeBufferPointer { tall in
            guard let tall = tall.baseAddress, let thin = thin.baseAddress else { return }
            ck_add_product_f64(
              tall + (row - rows.lowerBound) * rank,
              thin + (wanted.lowerBound - tile.part.lowerBound),
              rank, tile.part.count, scale, run.baseAddress, run.count)
          }
        }
        Conversion.store(UnsafeBufferPointer(run), as: dtype, into: bytes)
      }
    }
  }

  /// A part of a factor as doubles: rank by rank, or row by row.
  private func values(
    of factor: Factor, _ part: Range<Int>, in adapter: any StateDict, rankFirst: Bool
  ) throws -> [Double] {
    var stored: [Double] = []
    stored.reserveCapacity(part.count * rank)
    if factor.isRankMajor {
      for index in 0..<rank {
        let start = index * factor.count
        stored += try adapter.doubles(
          Slice(
            tensor: factor.position,
            elements: start + part.lowerBound..<start + part.upperBound))
      }
    } else {
      stored = try adapter.doubles(
        Slice(
          tensor: factor.position, elements: part.lowerBound * rank..<part.upperBound * rank))
    }
    guard factor.isRankMajor != rankFirst else { return stored }
    let (outer, inner) = factor.isRankMajor ? (rank, part.count) : (part.count, rank)
    return [Double](unsafeUninitializedCapacity: stored.count) { buffer, count in
      for i in 0..<outer { for j in 0..<inner { buffer[j * outer + i] = stored[i * inner + j] } }
      count = stored.count
    }
  }
}

/// Some columns of the rows that a slice touches.
struct LowRankTile {
  /// The slice, in elements of the weight.
  let slice: Range<Int>
  let columns: Int
  let part: Range<Int>

  var rows: Range<Int> { slice.lowerBound / columns..<(slice.upperBound + columns - 1) / columns }

  /// Columns of `row` in this tile and in the slice.
  func wanted(in row: Int) -> Range<Int> {
    let first = max(slice.lowerBound - row * columns, part.lowerBound)
    let last = min(slice.upperBound - row * columns, part.upperBound)
    return first..<max(first, last)
  }
}

extension StateDict {
  /// Elements of a tensor as doubles.
  func doubles(_ slice: Slice) throws -> [Double] {
    let dtype = manifest.tensors[slice.tensor].dtype
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(slice.count * dtype.byteCount, 1), alignment: 64)
    defer { bytes.deallocate() }
    let used = UnsafeMutableRawBufferPointer(rebasing: bytes[0..<slice.count * dtype.byteCount])
    try read(slice, into: used)
    return [Double](unsafeUninitializedCapacity: slice.count) { buffer, count in
      Conversion.load(
        UnsafeRawBufferPointer(used), as: dtype,
        into: UnsafeMutableBufferPointer(rebasing: buffer[0..<slice.count]))
      count = slice.count
    }
  }
}
