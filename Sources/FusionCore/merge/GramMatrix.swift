/// The dot products of some vectors with each other: all that combinations of them need to know to
/// find norms and angles.
public struct GramMatrix: Sendable, Equatable {
  /// Number of vectors.
  public let size: Int
  private let entries: [Double]
  /// The vectors as numbers, where all of them lie on one line, as single elements do.
  private let line: [Double]?

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
    line = Self.line(entries, size: size)
  }

  /// Signed lengths along the longest vector if no angle is to be told from 0 or 180 degrees.
  ///
  /// Combinations of such vectors may cancel. The square root of the square that rounding leaves
  /// has half of the digits, sums of lengths have all.
  private static func line(_ entries: [Double], size: Int) -> [Double]? {
    let lengths = (0..<size).map { entries[$0 * size + $0].squareRoot() }
    guard let longest = lengths.indices.max(by: { lengths[$0] < lengths[$1] }) else { return nil }
    for i in 0..<size {
      for j in 0..<i {
        let most = lengths[i] * lengths[j]
        // Not so for NaN and infinity either.
        guard abs(abs(entries[i * size + j]) - most) <= 2 * Double.ulpOfOne * most else {
          return nil
        }
      }
    }
    return lengths.indices.map {
      entries[longest * size + $0] < 0 ? -lengths[$0] : lengths[$0]
    }
  }

  /// The product of vectors `i` and `j`.
  public subscript(i: Int, j: Int) -> Double { entries[i * size + j] }

  /// ‖x_i‖
  public func norm(_ i: Int) -> Double { self[i, i].squareRoot() }

  /// x_i · Σ_j c_j x_j
  public func dot(_ i: Int, with combination: [Double]) -> Double {
    if let line { return line[i] * Self.sum(combination, line) }
    var sum = 0.0
    for j in 0..<size where combination[j] != 0 { sum += combination[j] * self[i, j] }
    return sum
  }

  /// ‖Σ_j c_j x_j‖; 0 where rounding makes the square negative.
  public func norm(of combination: [Double]) -> Double {
    if let line { return abs(Self.sum(combination, line)) }
    var square = 0.0
    for i in 0..<size where combination[i] != 0 {
      square += combination[i] * dot(i, with: combination)
    }
    return square.isNaN ? .nan : max(square, 0).squareRoot()
  }

  private static func sum(_ coefficients: [Double], _ lengths: [Double]) -> Double {
    var sum = 0.0
    for (c, length) in zip(coefficients, lengths) where c != 0 { sum += c * length }
    return sum
  }
}
