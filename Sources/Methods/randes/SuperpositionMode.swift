import FusionCore

/// How the random matrices look that models are multiplied by before they are added up.
enum SuperpositionMode: String, ConfigChoice, Sendable {
  /// Ones on the diagonal: models are merely added.
  case identity = "identity_matrix"
  /// 1 or -1 on the diagonal.
  case binary = "random_binary_diagonal_matrix"
  /// Normally distributed numbers on the diagonal.
  case diagonal = "random_diagonal_matrix"
  /// Orthogonal matrices, all equally likely.
  case rotation = "random_rotation_matrix"
  /// Normally distributed numbers everywhere.
  case dense = "random_dense_matrix"

  /// Whether an element of the product needs the same element of the tensor alone.
  var isDiagonal: Bool {
    switch self {
    case .identity, .binary, .diagonal: true
    case .rotation, .dense: false
    }
  }

  /// Numbers that a model's matrix takes to keep, for a tensor of `columns` columns, of which a
  /// matrix fits into memory.
  func numbers(forColumns columns: Int) -> Int {
    switch self {
    case .identity: 0
    case .binary, .diagonal: columns
    case .rotation, .dense: columns * columns
    }
  }
}
