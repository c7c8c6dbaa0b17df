import LinearAlgebra

/// A matrix as rows of numbers.
typealias Rows = [[Double]]

/// Numbers between -1 and 1, the same for the same seed.
func sample(_ rows: Int, _ columns: Int, seed: UInt64 = 1) -> Rows {
  var state = seed &* 0x9E37_79B9_7F4A_7C15
  return (0..<rows).map { _ in
    (0..<columns).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Double(Int64(bitPattern: state)) / 0x1p63
    }
  }
}

extension MatrixAlgebra {
  func matrix<Scalar: MatrixScalar>(_ rows: Rows, as type: Scalar.Type) throws -> Matrix<Scalar> {
    try matrix(rows.count, rows.first?.count ?? 0, rows.joined().map { Scalar($0) })
  }
}

extension Matrix {
  var asRows: Rows {
    withValues { values in
      (0..<rows).map { row in (0..<columns).map { Double(values[row * columns + $0]) } }
    }
  }
}

func transposed(_ a: Rows) -> Rows {
  (0..<(a.first?.count ?? 0)).map { column in a.map { $0[column] } }
}

func times(_ a: Rows, _ b: Rows) -> Rows {
  let columns = transposed(b)
  return a.map { row in columns.map { zip(row, $0).reduce(0) { $0 + $1.0 * $1.1 } } }
}

/// The largest difference of two matrices; infinite when their sizes differ.
func distance(_ a: Rows, _ b: Rows) -> Double {
  guard a.count == b.count, zip(a, b).allSatisfy({ $0.count == $1.count }) else { return .infinity }
  return zip(a.joined(), b.joined()).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

func identity(_ n: Int) -> Rows {
  (0..<n).map { row in (0..<n).map { $0 == row ? 1 : 0 } }
}

func scaled(_ a: Rows, _ factors: [Double]) -> Rows {
  zip(a, factors).map { row, factor in row.map { $0 * factor } }
}
