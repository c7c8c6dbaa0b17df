/// A dense matrix in memory, row after row.
///
/// It belongs to one thread. Its memory comes from a pool and returns there, unless it is lent.
public final class Matrix<Scalar: MatrixScalar> {
  /// Number of rows.
  public let rows: Int
  /// Number of columns.
  public let columns: Int
  private let storage: UnsafeMutableRawBufferPointer
  private let pool: MatrixPool?

  init(rows: Int, columns: Int, storage: UnsafeMutableRawBufferPointer, pool: MatrixPool) {
    self.rows = rows
    self.columns = columns
    self.storage = storage
    self.pool = pool
  }

  /// A matrix over memory of someone else, which must not be empty and outlive it.
  public init(rows: Int, columns: Int, over values: UnsafeMutableBufferPointer<Scalar>) {
    precondition(values.count == rows * columns && !values.isEmpty)
    self.rows = rows
    self.columns = columns
    storage = UnsafeMutableRawBufferPointer(values)
    pool = nil
  }

  deinit { pool?.giveBack(storage) }

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

  /// Copies all rows of `other`, which has as many columns, to the rows from `row` on.
  public func setRows(from row: Int, to other: Matrix) {
    precondition(other.columns == columns && row >= 0 && row + other.rows <= rows)
    other.withValues { from in
      withValues { values in
        _ = UnsafeMutableBufferPointer(rebasing: values[(row * columns)...])
          .update(fromContentsOf: from)
      }
    }
  }

  /// Copies all columns of `other`, which has as many rows, to the columns from `column` on.
  public func setColumns(from column: Int, to other: Matrix) {
    precondition(other.rows == rows && column >= 0 && column + other.columns <= columns)
    for row in 0..<rows {
      (start + row * columns + column).update(
        from: other.start + row * other.columns, count: other.columns)
    }
    withExtendedLifetime((self, other)) {}
  }

  /// Copies all elements of `other`, which has the same shape.
  public func copyValues(of other: Matrix) {
    precondition(other.rows == rows && other.columns == columns)
    other.withValues { from in withValues { _ = $0.update(fromContentsOf: from) } }
  }

  /// The elements; valid while the matrix is alive.
  var start: UnsafeMutablePointer<Scalar> {
    // The pool never hands out empty memory.
    storage.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Scalar.self)
  }
}
