import Tensors

extension Manifest {
  /// Positions of tensors that hold integers or bools.
  var integerPositions: Set<Int> {
    Set(tensors.indices.filter { !tensors[$0].dtype.isFloatingPoint })
  }

  /// Positions of tensors that hold floating-point numbers, in order.
  var floatPositions: [Int] { tensors.indices.filter { tensors[$0].dtype.isFloatingPoint } }
}
