import Tensors

/// The naive twin of the conversions: a floating-point format, written from its definition.
public struct FloatFormat: CustomStringConvertible, Sendable {
  /// The type that it describes.
  public let dtype: DType
  let exponentBits: Int
  let fractionBits: Int
  /// Whether the largest exponent holds infinity and NaN alone, as in IEEE 754. Without it only
  /// the pattern of all ones is NaN, and the largest number stands for all above it.
  let isIEEE: Bool

  /// Every floating-point type but `float64`.
  public static let all = [
    FloatFormat(dtype: .float32, exponentBits: 8, fractionBits: 23, isIEEE: true),
    FloatFormat(dtype: .bfloat16, exponentBits: 8, fractionBits: 7, isIEEE: true),
    FloatFormat(dtype: .float16, exponentBits: 5, fractionBits: 10, isIEEE: true),
    FloatFormat(dtype: .float8e5m2, exponentBits: 5, fractionBits: 2, isIEEE: true),
    FloatFormat(dtype: .float8e4m3, exponentBits: 4, fractionBits: 3, isIEEE: false),
  ]
  /// The formats whose patterns are few enough to go through them all.
  public static let small = all.filter { $0.dtype != .float32 }

  /// The type's name.
  public var description: String { dtype.rawValue }
  /// Bits of a pattern.
  public var bits: Int { 1 + exponentBits + fractionBits }
  private var bias: Int { 1 << (exponentBits - 1) - 1 }
  private var signBit: UInt64 { 1 << UInt64(bits - 1) }
  /// The exponent of the smallest normal number; subnormal ones share its spacing.
  private var lowestExponent: Int { 1 - bias }
  private var magnitudeMask: UInt64 { signBit - 1 }
  private var infinity: UInt64 {
    (magnitudeMask >> UInt64(fractionBits)) << UInt64(fractionBits)
  }

  /// Whether a pattern stands for no number.
  public func isNaN(_ pattern: UInt64) -> Bool {
    let magnitude = pattern & magnitudeMask
    return isIEEE ? magnitude > infinity : magnitude == magnitudeMask
  }

  /// (-1)^sign · 2^(exponent - bias) · 1.fraction, without the leading one for exponent 0.
  public func value(_ pattern: UInt64) -> Double {
    if isNaN(pattern) { return .nan }
    let sign: FloatingPointSign = pattern & signBit == 0 ? .plus : .minus
    let magnitude = pattern & magnitudeMask
    if isIEEE && magnitude == infinity { return sign == .plus ? .infinity : -.infinity }
    let exponent = Int(magnitude >> UInt64(fractionBits))
    let fraction = magnitude & (1 << UInt64(fractionBits) - 1)
    let whole = exponent == 0 ? fraction : fraction | 1 << UInt64(fractionBits)
    let scale = max(exponent, 1) - bias - fractionBits
    return Double(sign: sign, exponent: scale, significand: Double(whole))
  }

  /// The nearest pattern, ties to the even one; nil for NaN.
  public func nearest(to value: Double) -> UInt64? {
    guard !value.isNaN else { return nil }
    let sign = value.sign == .minus ? signBit : 0
    guard value.isFinite else { return sign | (isIEEE ? infinity : magnitudeMask - 1) }
    guard value != 0 else { return sign }
    // value = significand · 2^scale, with an integral significand of 53 bits at most.
    let exponent = max(Int(value.exponent), -1022)
    let scale = exponent - 52
    let significand = UInt64(value.magnitude.significandBitPattern) | (value.isNormal ? 1 << 52 : 0)
    // The format's spacing there, and how many spacings the value is.
    let spacing = max(exponent, lowestExponent) - fractionBits
    let units = roundedShift(significand, by: spacing - scale)
    // Spacings of the binade count on from the patterns of smaller numbers, so a carry is right too.
    let binade = UInt64(max(exponent, lowestExponent) - lowestExponent)
    let pattern = binade << UInt64(fractionBits) + units
    let largest = isIEEE ? infinity : magnitudeMask
    if pattern >= largest { return sign | (isIEEE ? infinity : magnitudeMask - 1) }
    return sign | pattern
  }

  /// value / 2^shift, to nearest even.
  private func roundedShift(_ value: UInt64, by shift: Int) -> UInt64 {
    if shift == 0 { return value }
    if shift > 60 { return 0 }
    let half: UInt64 = 1 << UInt64(shift - 1)
    let whole = value >> UInt64(shift)
    let rest = value & (1 << UInt64(shift) - 1)
    if rest > half || (rest == half && whole & 1 == 1) { return whole + 1 }
    return whole
  }
}
