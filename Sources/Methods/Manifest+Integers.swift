import Tensors

extension Manifest {
  /// Positions of tensors that hold integers or bools.
  var integerPositions: Set<Int> {
    Set(tensors.indices.filter { !tensors[$0].dtype.isFloatingPoint })
  }
}
