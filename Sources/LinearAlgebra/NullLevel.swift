/// Which singular values of a matrix are null: nothing but rounding.
public enum NullLevel: Sendable, Equatable {
  /// Values up to this.
  case fixed(Double)
  /// What a matrix of independent errors of this size, of zero mean, makes of nothing.
  ///
  /// An m x n matrix of errors of size e has singular values up to about e · (√m + √n). What it adds
  /// to a matrix of rank r is, in the directions that the matrix leaves empty, a matrix of errors
  /// of m − r rows and n − r columns: the more directions are filled, the smaller are the values
  /// that the others have by rounding alone.
  case errors(Double)

  /// The level for what comes after the first `rank` values of an m x n matrix.
  func value(after rank: Int, _ rows: Int, _ columns: Int) -> Double {
    switch self {
    case .fixed(let value): value
    case .errors(let size):
      size * (Double(rows - rank).squareRoot() + Double(columns - rank).squareRoot())
    }
  }

  /// How many of the descending singular values of an m x n matrix come before the first null one.
  func rank(of values: [Double], _ rows: Int, _ columns: Int, atLeast least: Double) -> Int {
    values.indices.first { values[$0] <= max(least, value(after: $0, rows, columns)) }
      ?? values.count
  }
}
