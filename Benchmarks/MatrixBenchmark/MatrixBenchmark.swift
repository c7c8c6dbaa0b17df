import LinearAlgebra

/// Speed of bare matrix products, and the arithmetic of merges.
///
///     matrix_benchmark gemm            GFLOP/s of a product of 1024 x 1024 matrices, one thread
///     matrix_benchmark flops METHOD    operations of a merge of eight ViT-B/32, in 10^9
@main
enum MatrixBenchmark {
  static func main() throws {
    switch CommandLine.arguments.dropFirst().first {
    case "gemm": print(try productSpeed())
    case "flops": print(operations(of: CommandLine.arguments.last ?? "") / 1e9)
    default: print("usage: matrix_benchmark gemm | flops METHOD")
    }
  }

  /// GFLOP/s of the best of five products in `Double`.
  private static func productSpeed() throws -> Double {
    let side = 1024
    let algebra = try MatrixAlgebra(tensor: "benchmark")
    let a = try algebra.matrix(side, side, (0..<side * side).map { Double($0 % 17) - 8 })
    let c = try algebra.zeros(side, side, of: Double.self)
    let best =
      (0..<5).map { _ in
        ContinuousClock().measure { algebra.multiply(a, .plain, a, .plain, into: c) } / .seconds(1)
      }.min() ?? .infinity
    return 2 * Double(side * side * side) / best / 1e9
  }

  /// Floating-point operations of a method on eight ViT-B/32: products and Gram matrices as they
  /// are, an eigen-decomposition of n x n with all vectors as 4.7 n³, with a few as 1.4 n³.
  private static func operations(of method: String) -> Double {
    let models = 8.0
    return ModelShapes.vitB32.reduce(0) { sum, shape in
      let p = Double(min(shape.m, shape.n))
      let q = Double(max(shape.m, shape.n))
      let polar = { (length: Double) in p * p * length + 5.7 * p * p * p }
      let all = 2 * p * p * q
      switch method {
      case "tsvm":
        let triplets = p * p * q + 1.4 * p * p * p + all / models
        return sum + models * triplets + polar(p) + polar(q) + 4 * p * p * p + all
      case "iso_c":
        return sum + polar(q) + all
      default:
        let common = p * p * q + 4.7 * p * p * p + all
        let own = p * p * q + 1.4 * p * p * p + 1.6 * all
        return sum + common + models * own + polar(p) + polar(q) + 2 * p * p * p + 2 * all
      }
    }
  }
}
