/// The dot products of some vectors with each other: all that combinations of them need to know to
/// find norms and angles.
public struct GramMatrix: Sendable, Equatable {
  /// Number of vectors.
  public let size: Int
  private let entries: [Double]

  /// - Parameter upperTriangle: the products 0·0, 0·1, …, 1·1, 1·2, ….
  init(size: Int, upperTriangle: [Double]) {
    self.size = size
    var entries = [Double](repeating: 0, count: size * size)
    var n = 0
    for i in 0..<size {
      for j in i..<size {
        entries[i * size + j] = upperTriangle[n]
        entries[j * size + i] = upperTriangle[n]
        n += 1
      }
    }
    self.entries = entries
  }

  /// The product of vectors `i` and `j`.
  public subscript(i: Int, j: Int) -> Double { entries[i * size + j] }

  /// ‖x_i‖
  public func norm(_ i: Int) -> Double { self[i, i].squareRoot() }

  /// x_i · Σ_j c_j x_j
  public func dot(_ i: Int, with combination: [Double]) -> Double {
    var sum = 0.0
    for j in 0..<size where combination[j] != 0 { sum += combination[j] * self[i, j] }
    return sum
  }

  /// ‖Σ_j c_j x_j‖; 0 where rounding makes the square negative.
  public func norm(of combination: [Double]) -> Double {
    var square = 0.0
    for i in 0..<size where combination[i] != 0 {
      square += combination[i] * dot(i, with: combination)
    }
    return square.isNaN ? .nan : max(square, 0).squareRoot()
  }
}
