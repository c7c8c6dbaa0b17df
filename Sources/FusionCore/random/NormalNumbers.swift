/// Normally distributed numbers of which each can be had by itself: number i of a stream is a function
/// of the seed, the stream and i, the same bits on every host.
///
/// Marsaglia's polar method ("A convenient method for generating normal variables", 1964) over
/// SplitMix64 (Steele et al., 2014), with a logarithm made of additions, multiplications and
/// divisions: those of the system's libraries differ in last bits.
public struct NormalNumbers: Sendable {
  private let key: UInt64

  /// Fixes seed and stream.
  public init(seed: Int, stream: UInt64 = 0) {
    key = mixed(UInt64(bitPattern: Int64(seed)) &+ mixed(stream &+ 0x9E37_79B9_7F4A_7C15))
  }

  /// Number `index`, of mean 0 and variance 1.
  public subscript(index: UInt64) -> Double {
    var counter = mixed(key ^ mixed(index))
    while true {
      let u = uniform(&counter)
      let v = uniform(&counter)
      let s = u * u + v * v
      if s > 0, s < 1 { return u * (-2 * logarithm(s) / s).squareRoot() }
    }
  }

  /// Uniform between -1 and 1.
  private func uniform(_ counter: inout UInt64) -> Double {
    counter &+= 0x9E37_79B9_7F4A_7C15
    return Double(Int64(bitPattern: mixed(counter)) >> 10) * 0x1p-53
  }
}

/// The natural logarithm of a positive normal number, to about 1e-16: ln m + e ln 2 with m between
/// √½ and √2, and ln m = 2 artanh t as a series in t = (m - 1) / (m + 1).
func logarithm(_ x: Double) -> Double {
  var exponent = x.exponent
  var m = x.significand
  if m > 1.4142135623730951 {
    m /= 2
    exponent += 1
  }
  let t = (m - 1) / (m + 1)
  let square = t * t
  var sum = 0.0
  for n in stride(from: 23, through: 1, by: -2) { sum = sum * square + 1 / Double(n) }
  return 2 * t * sum + Double(exponent) * 0.6931471805599453
}

/// The output function of SplitMix64, one to one on 64 bits.
private func mixed(_ value: UInt64) -> UInt64 {
  var x = value
  x = (x ^ x >> 30) &* 0xBF58_476D_1CE4_E5B9
  x = (x ^ x >> 27) &* 0x94D0_49BB_1331_11EB
  return x ^ x >> 31
}
