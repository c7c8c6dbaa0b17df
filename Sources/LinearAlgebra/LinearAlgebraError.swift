/// What can go wrong with matrices. `tensor` is the tensor that they belong to.
public enum LinearAlgebraError: Error, Equatable {
  /// OpenBLAS is not there or not usable.
  case libraryNotLoaded(reason: String)
  /// A side, or the product of both, is more than the library can count.
  case tooLarge(tensor: String, rows: Int, columns: Int)
  /// A NaN or infinity, which has no decomposition; `count` of them, the first at `first`.
  case notFinite(tensor: String, what: String, count: Int, first: Int)
  /// LAPACK gave up.
  case failed(call: String, tensor: String, rows: Int, columns: Int, info: Int)
  /// A rank that no matrix of this shape has.
  case rankOutOfRange(tensor: String, rank: Int, limit: Int)
}
