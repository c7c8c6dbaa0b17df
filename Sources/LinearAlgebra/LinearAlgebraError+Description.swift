extension LinearAlgebraError: CustomStringConvertible {
  /// One line for the user.
  public var description: String {
    switch self {
    case .libraryNotLoaded(let reason):
      "OpenBLAS cannot be loaded: \(reason); install libopenblas0, "
        + "or name a library in \(LinearAlgebraLibrary.environmentVariable)"
    case .tooLarge(let tensor, let rows, let columns):
      "tensor '\(tensor)': a \(rows) x \(columns) matrix is too large for the linear algebra library"
    case .notFinite(let tensor, let what, let count, let first):
      "tensor '\(tensor)': \(what) has \(count) NaN or infinite value(s), the first at element "
        + "\(first); it has no singular values: exclude the tensor or repair the model"
    case .failed(let call, let tensor, let rows, let columns, let info):
      "tensor '\(tensor)': \(call) of a \(rows) x \(columns) matrix did not converge (info \(info))"
    case .rankOutOfRange(let tensor, let rank, let limit):
      "tensor '\(tensor)': rank \(rank) is not from 0 to \(limit)"
    }
  }
}
