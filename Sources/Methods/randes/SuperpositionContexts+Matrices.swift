import LinearAlgebra
import Tensors

extension SuperpositionContexts {
  /// sum = sum + W C, with the model's matrix C.
  ///
  /// - Parameters:
  ///   - values: W, rows x columns; may be changed.
  ///   - sum: rows x columns.
  /// - Throws: `LinearAlgebraError`.
  func add(
    _ values: Matrix<Double>, of model: Int, _ tensor: TensorName, to sum: Matrix<Double>,
    _ algebra: MatrixAlgebra
  ) throws {
    switch mode {
    case .identity: algebra.add(values, to: sum)
    case .binary, .diagonal:
      let factors = diagonal(model, tensor, columns: values.columns)
      Self.scaleColumns(of: values, by: factors.map { Double($0) })
      algebra.add(values, to: sum)
    case .rotation:
      let context = try rotation(model, tensor, values.columns, algebra)
      algebra.multiply(values, .plain, context, beta: 1, into: sum)
    case .dense:
      let context = try dense(model, tensor, values.columns, algebra)
      algebra.multiply(values, .plain, context, beta: 1, into: sum)
    }
  }

  /// result = S C⁻¹, with the model's matrix C; for a dense matrix the pseudo-inverse.
  ///
  /// - Parameters:
  ///   - sum: S, rows x columns.
  ///   - result: rows x columns.
  /// - Throws: `LinearAlgebraError`.
  func retrieve(
    _ model: Int, _ tensor: TensorName, from sum: Matrix<Double>, into result: Matrix<Double>,
    accuracy: Accuracy, _ algebra: MatrixAlgebra
  ) throws {
    switch mode {
    case .identity: result.copyValues(of: sum)
    case .binary, .diagonal:
      result.copyValues(of: sum)
      let factors = diagonal(model, tensor, columns: sum.columns)
      Self.scaleColumns(of: result, by: factors.map { Double(1 / $0) })
    case .rotation:
      let context = try rotation(model, tensor, sum.columns, algebra)
      algebra.multiply(sum, .plain, context, .transposed, into: result)
    case .dense:
      let context = try dense(model, tensor, sum.columns, algebra)
      let triplets = try algebra.leadingTriplets(
        of: context, rank: sum.columns, noise: .fixed(0), accuracy: accuracy)
      // Those that float32 does not tell from 0: C is kept in it.
      let null = Double(sum.columns) * 0x1p-23 * (triplets.values.first ?? 0)
      algebra.scaleRows(
        of: triplets.left, by: triplets.values.map { $0 > null ? 1 / $0 : 0 })
      algebra.multiply(
        try algebra.product(sum, .plain, triplets.right, .transposed), .plain, triplets.left,
        into: result)
    }
  }

  /// A matrix of normally distributed numbers.
  private func dense(
    _ model: Int, _ tensor: TensorName, _ columns: Int, _ algebra: MatrixAlgebra
  ) throws -> Matrix<Double> {
    let matrix = try normals(model, tensor, columns, algebra)
    Self.round(matrix)
    return matrix
  }

  /// An orthogonal matrix, distributed uniformly: the Q of a normally distributed matrix whose R has
  /// a positive diagonal.
  ///
  /// Source: Mezzadri, "How to generate random matrices from the classical compact groups", 2007,
  /// https://arxiv.org/abs/math-ph/0609050.
  private func rotation(
    _ model: Int, _ tensor: TensorName, _ columns: Int, _ algebra: MatrixAlgebra
  ) throws -> Matrix<Double> {
    let (q, r) = try algebra.qr(normals(model, tensor, columns, algebra))
    let signs = r.withValues { values in
      (0..<columns).map { values[$0 * columns + $0] < 0 ? -1.0 : 1 }
    }
    Self.scaleColumns(of: q, by: signs)
    Self.round(q)
    return q
  }

  private func normals(
    _ model: Int, _ tensor: TensorName, _ columns: Int, _ algebra: MatrixAlgebra
  ) throws -> Matrix<Double> {
    let matrix = try algebra.matrix(columns, columns, of: Double.self)
    var random = generator(model, tensor)
    matrix.withValues { values in
      for i in values.indices { values[i] = random.normal() }
    }
    return matrix
  }

  private static func round(_ matrix: Matrix<Double>) {
    matrix.withValues { values in
      for i in values.indices { values[i] = Double(Float(values[i])) }
    }
  }

  private static func scaleColumns(of matrix: Matrix<Double>, by factors: [Double]) {
    matrix.withValues { values in
      factors.withUnsafeBufferPointer { factors in
        for start in stride(from: 0, to: values.count, by: factors.count) {
          for column in factors.indices { values[start + column] *= factors[column] }
        }
      }
    }
  }
}
