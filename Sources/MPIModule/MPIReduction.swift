internal import CMPI

/// How the values of the ranks become one.
///
/// Integer reductions are exact (sums wrap around on overflow) and the same for every number of
/// ranks. A floating-point `sum` is the same on all ranks of one call, but rounds in an order that
/// depends on the number of ranks, the message size and the MPI library: where results must not
/// depend on the rank count, gather the parts and add them in a fixed order. `min` and `max` of
/// NaN are not defined by MPI.
public struct MPIReduction<Element: MPIElement>: Sendable {
  enum Operation: Sendable { case sum, min, max, bitwiseOr }
  let operation: Operation

  /// The sum.
  public static var sum: Self { Self(operation: .sum) }
  /// The smallest value.
  public static var min: Self { Self(operation: .min) }
  /// The largest value.
  public static var max: Self { Self(operation: .max) }
}

extension MPIReduction where Element: FixedWidthInteger {
  /// The OR of the bits: exact for values of which only one rank holds other than zero.
  public static var bitwiseOr: Self { Self(operation: .bitwiseOr) }
}

extension MPIReduction {
  var code: cmpi_op {
    switch operation {
    case .sum: CMPI_SUM
    case .min: CMPI_MIN
    case .max: CMPI_MAX
    case .bitwiseOr: CMPI_BITWISE_OR
    }
  }
}
