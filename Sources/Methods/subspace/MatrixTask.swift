import FusionCore
import LinearAlgebra
import Tensors

/// The computation of one merged matrix: the pre-trained one and the models' changes to it.
struct MatrixTask {
  /// Computes with matrices; errors name the tensor.
  let algebra: MatrixAlgebra
  /// At first the pre-trained matrix θ_0; the method adds the merged task vector to it.
  let result: Matrix<Double>
  /// How far Gram matrices are trusted.
  let accuracy: Accuracy
  /// Number of models.
  var modelCount: Int { inputs.modelCount }
  private let inputs: ElementwiseInputs
  private let tensor: Int
  private let baseNorm: Double

  /// Reads the pre-trained matrix.
  ///
  /// - Parameter values: the place for it and, in the end, for the merged matrix.
  /// - Throws: what reading throws, and `LinearAlgebraError.notFinite`.
  init(
    _ inputs: ElementwiseInputs, tensor: Int, values: UnsafeMutableBufferPointer<Double>,
    algebra: MatrixAlgebra
  ) throws {
    // A convolution is a matrix with a row for each of its outputs.
    let rows = inputs.manifest.tensors[tensor].shape[0]
    self.inputs = inputs
    self.tensor = tensor
    self.algebra = algebra
    accuracy = inputs.isWide(tensor) ? .wide : .narrow
    try inputs.readBase(tensor, into: values)
    result = Matrix(rows: rows, columns: values.count / rows, over: values)
    try algebra.requireFinite(result, "the pre-trained model")
    baseNorm = Self.norm(of: result, algebra)
  }

  /// The task vector τ of model `m`, rounded as the checkpoint's own arithmetic would.
  ///
  /// Only before the result is changed.
  ///
  /// - Throws: what reading throws, and `LinearAlgebraError.notFinite`.
  func taskVector(_ m: Int) throws -> Matrix<Double> {
    let matrix = try algebra.matrix(result.rows, result.columns, of: Double.self)
    try result.withValues { base in
      try matrix.withValues {
        try inputs.readTaskVector(m, tensor, less: UnsafeBufferPointer(base), into: $0)
      }
    }
    try algebra.requireFinite(matrix, "the task vector of model '\(inputs.modelNames[m])'")
    return matrix
  }

  /// The matrix of model `m` less the pre-trained one, not rounded.
  ///
  /// Only before the result is changed.
  ///
  /// - Throws: what reading throws, and `LinearAlgebraError.notFinite`.
  func difference(_ m: Int) throws -> Matrix<Double> {
    let matrix = try algebra.matrix(result.rows, result.columns, of: Double.self)
    try matrix.withValues { try inputs.readValues(m, tensor, into: $0) }
    algebra.add(result, scaledBy: -1, to: matrix)
    try algebra.requireFinite(matrix, "the task vector of model '\(inputs.modelNames[m])'")
    return matrix
  }

  /// The sum of all task vectors.
  ///
  /// Only before the result is changed.
  ///
  /// - Throws: what reading throws, and `LinearAlgebraError.notFinite`.
  func sumOfTaskVectors() throws -> Matrix<Double> {
    let sum = try algebra.zeros(result.rows, result.columns, of: Double.self)
    try result.withValues { base in
      try sum.withValues { sum in
        for model in 0..<modelCount {
          try inputs.addTaskVector(model, tensor, less: UnsafeBufferPointer(base), to: sum)
        }
      }
    }
    if !algebra.isFinite(sum) {
      // Whose fault it is.
      for model in 0..<modelCount { _ = try taskVector(model) }
      try algebra.requireFinite(sum, "the sum of the task vectors")
    }
    return sum
  }

  /// Which singular values of a sum of `count` task vectors hold nothing but rounding.
  func noise(of taskVector: Matrix<Double>, count: Int = 1) -> NullLevel {
    .errors(errorSize(of: taskVector) * Double(count).squareRoot())
  }

  /// How large the rounding errors of a task vector's elements are: u·|θ|, with |θ| the root of the
  /// mean square of the weights.
  func errorSize(of taskVector: Matrix<Double>) -> Double {
    let count = Double(result.rows) * Double(result.columns)
    let size = (baseNorm + Self.norm(of: taskVector, algebra)) / count.squareRoot()
    return accuracy.unitRoundoff * size
  }

  private static func norm(of a: Matrix<Double>, _ algebra: MatrixAlgebra) -> Double {
    algebra.rowDots(a, a).reduce(0, +).squareRoot()
  }
}
