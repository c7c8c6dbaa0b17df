/// How far Gram matrices, in `Double`, are trusted, and what counts as zero.
///
/// An eigenvalue of A · Aᵀ is a squared singular value, so what is lost is 1e-16 of the largest
/// one squared: a singular value 10^-k times the largest keeps 16 - 2k digits.
public struct Accuracy: Sendable {
  /// The smallest eigenvalue of a Gram matrix, relative to the largest, that is trusted.
  let gramLimit: Double
  /// The smallest singular value of unit vectors side by side, relative to the largest, that is
  /// not taken for a linear dependence.
  public let dependence: Double
  /// What a stored value is rounded by, relative to its magnitude.
  public let unitRoundoff: Double
  /// Whether values have no more digits than `Float` holds.
  public var isNarrow: Bool { unitRoundoff > 0x1p-25 }

  /// For tensors of up to 32 bits: five digits at worst.
  public static let narrow = Accuracy(
    gramLimit: 1e-11, dependence: 1e-6, unitRoundoff: 0x1p-24)
  /// For `float64` tensors: eleven digits at worst.
  public static let wide = Accuracy(
    gramLimit: 1e-5, dependence: 1e-12, unitRoundoff: 0x1p-53)

  /// The smallest eigenvalue of a Gram matrix, relative to the largest, that is told from zero.
  static let gramResolution = 1e-13

  /// The smallest eigenvalue of a Gram matrix in `Float`, relative to the largest, that is trusted.
  static let singleGramLimit = 0x1p-6
  /// How large, relative to the root of the mean square of a product's elements, the errors of
  /// computing it in `Float` may be.
  static let singleProductError = 0x1p-17
}
