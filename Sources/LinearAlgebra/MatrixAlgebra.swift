internal import CLinearAlgebra

/// Computes with the matrices of one tensor, which its errors name.
///
/// Every call runs on one thread and in an order that follows from the sizes and values alone, so
/// that a matrix comes out the same on any rank and thread.
public struct MatrixAlgebra {
  /// The tensor's name.
  public let tensor: String
  /// Where matrices take their memory from.
  public let pool: MatrixPool
  /// What has been decomposed, and how.
  public let count: DecompositionCount

  /// Prepares to compute; loads OpenBLAS the first time.
  ///
  /// - Throws: `LinearAlgebraError.libraryNotLoaded`.
  public init(
    tensor: String, pool: MatrixPool = MatrixPool(),
    count: DecompositionCount = DecompositionCount()
  ) throws {
    try LinearAlgebraLibrary.load()
    self.tensor = tensor
    self.pool = pool
    self.count = count
  }

  /// A matrix whose elements are not set.
  ///
  /// - Throws: `LinearAlgebraError.tooLarge` when a side does not fit the library's integers.
  public func matrix<Scalar: MatrixScalar>(
    _ rows: Int, _ columns: Int, of type: Scalar.Type = Scalar.self
  ) throws -> Matrix<Scalar> {
    precondition(rows >= 0 && columns >= 0)
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    let (size, tooLarge) = count.multipliedReportingOverflow(by: MemoryLayout<Scalar>.stride)
    guard Int32(exactly: rows) != nil, Int32(exactly: columns) != nil, !overflow, !tooLarge else {
      throw LinearAlgebraError.tooLarge(tensor: tensor, rows: rows, columns: columns)
    }
    return Matrix(rows: rows, columns: columns, storage: pool.take(size), pool: pool)
  }

  /// A matrix of zeros.
  ///
  /// - Throws: `LinearAlgebraError.tooLarge`.
  public func zeros<Scalar: MatrixScalar>(
    _ rows: Int, _ columns: Int, of type: Scalar.Type = Scalar.self
  ) throws -> Matrix<Scalar> {
    let matrix = try matrix(rows, columns, of: type)
    matrix.withValues { $0.initialize(repeating: 0) }
    return matrix
  }

  /// A matrix of given elements, row after row.
  ///
  /// - Throws: `LinearAlgebraError.tooLarge`.
  public func matrix<Scalar: MatrixScalar>(
    _ rows: Int, _ columns: Int, _ values: [Scalar]
  ) throws -> Matrix<Scalar> {
    precondition(values.count == rows * columns)
    let matrix = try matrix(rows, columns, of: Scalar.self)
    matrix.withValues { _ = $0.initialize(from: values) }
    return matrix
  }

  /// A copy.
  ///
  /// - Throws: nothing that making `a` did not.
  public func copy<Scalar: MatrixScalar>(
    _ a: Matrix<Scalar>
  ) throws -> Matrix<Scalar> {
    let result = try matrix(a.rows, a.columns, of: Scalar.self)
    a.withValues { from in result.withValues { _ = $0.initialize(from: from) } }
    return result
  }

  /// Refuses NaN and infinities, which no decomposition can work with.
  ///
  /// - Parameter what: what the matrix is, for the message.
  /// - Throws: `LinearAlgebraError.notFinite`.
  public func requireFinite<Scalar: MatrixScalar>(
    _ a: Matrix<Scalar>, _ what: @autoclosure () -> String
  ) throws {
    var first = 0
    let count = cla_nonfinite(Scalar.code, a.count, a.start, &first)
    if count > 0 {
      throw LinearAlgebraError.notFinite(tensor: tensor, what: what(), count: count, first: first)
    }
  }

  /// Whether no element is NaN or infinite.
  public func isFinite<Scalar: MatrixScalar>(_ a: Matrix<Scalar>) -> Bool {
    var first = 0
    return cla_nonfinite(Scalar.code, a.count, a.start, &first) == 0
  }

  /// Working memory of a call, of `count` elements.
  func scratch<Element: BitwiseCopyable, R>(
    _ count: Int, of type: Element.Type = Element.self,
    _ body: (UnsafeMutableBufferPointer<Element>) throws -> R
  ) rethrows -> R {
    let storage = pool.take(max(count, 1) * MemoryLayout<Element>.stride)
    defer { pool.giveBack(storage) }
    // Exactly as long as asked for: what LAPACK does depends on it.
    return try body(
      UnsafeMutableBufferPointer(rebasing: storage.bindMemory(to: Element.self)[0..<count]))
  }

  /// A length as LAPACK counts it.
  func counted(_ length: Int, _ a: (rows: Int, columns: Int)) throws -> Int32 {
    guard let length = Int32(exactly: length) else {
      throw LinearAlgebraError.tooLarge(tensor: tensor, rows: a.rows, columns: a.columns)
    }
    return length
  }

  /// Turns LAPACK's `info` into an error.
  func check(
    _ info: Int32, _ call: String, _ rows: Int, _ columns: Int
  ) throws {
    guard info == 0 else {
      throw LinearAlgebraError.failed(
        call: call, tensor: tensor, rows: rows, columns: columns, info: Int(info))
    }
  }
}
