/// A dense matrix in memory, row after row.
///
/// It belongs to one thread. Its memory comes from a pool and returns there.
public final class Matrix<Scalar: MatrixScalar> {
  /// Number of rows.
  public let rows: Int
  /// Number of columns.
  public let columns: Int
  private let storage: UnsafeMutableRawBufferPointer
  private let pool: MatrixPool

  init(rows: Int, columns: Int, storage: UnsafeMutableRawBufferPointer, pool: MatrixPool) {
    self.rows = rows
    self.columns = columns
    self.storage = storage
    self.pool = pool
  }

  deinit { pool.giveBack(storage) }

  /// Number of elements.
  public var count: Int { rows * columns }

  /// Lends the elements, row after row.
  public func withValues<R>(
    _ body: (UnsafeMutableBufferPointer<Scalar>) throws -> R
  ) rethrows -> R {
    defer { withExtendedLifetime(self) {} }
    return try body(
      UnsafeMutableBufferPointer(start: start, count: count))
  }

  /// The elements; valid while the matrix is alive.
  var start: UnsafeMutablePointer<Scalar> {
    // The pool never hands out empty memory.
    storage.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Scalar.self)
  }
}
