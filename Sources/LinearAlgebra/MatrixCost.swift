/// What calls on matrices take, in seconds: on one core of an AMD EPYC at 2.45 GHz with OpenBLAS
/// 0.3.21, in `Double`, or in `Float` where that is asked for. Only ratios matter, for dealing
/// matrices to processes.
public enum MatrixCost {
  /// A product of an m x k and a k x n matrix.
  public static func product(_ m: Int, _ n: Int, _ k: Int, inSingle: Bool = false) -> Double {
    Double(m) * Double(n) * Double(k) * 2 / (inSingle ? 72e9 : 38e9)
  }

  /// A Gram matrix of `side` rows of `inner` elements.
  public static func gram(_ side: Int, _ inner: Int, inSingle: Bool = false) -> Double {
    Double(side) * Double(side) * Double(inner) / (inSingle ? 80e9 : 35e9)
  }

  /// All eigenvectors of a symmetric matrix.
  public static func eigen(_ side: Int) -> Double {
    Double(side) * Double(side) * Double(side) * 0.17e-9
  }

  /// The leading `count` eigenvectors of a symmetric matrix.
  public static func eigen(_ side: Int, leading count: Int, inSingle: Bool = false) -> Double {
    guard count <= side / 2 else { return eigen(side) }
    let n = Double(side)
    return n * n * n * (inSingle ? 0.047e-9 : 0.068e-9) + n * Double(count) * 0.03e-6
      + n * n * Double(count) * (inSingle ? 0.03e-9 : 0.08e-9)
  }

  /// Leading triplets of an m x n matrix.
  public static func triplets(_ m: Int, _ n: Int, rank: Int, inSingle: Bool = false) -> Double {
    let side = min(m, n)
    return gram(side, max(m, n), inSingle: inSingle)
      + eigen(side, leading: rank, inSingle: inSingle)
      + product(rank, max(m, n), side, inSingle: inSingle)
  }

  /// The matrix that makes `count` rows of `length` elements orthonormal.
  public static func orthogonalizer(_ count: Int, _ length: Int) -> Double {
    gram(count, length) + eigen(count) + gram(count, count)
  }
}
