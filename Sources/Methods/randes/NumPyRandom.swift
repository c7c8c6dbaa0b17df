import Foundation

/// The generator behind `numpy.random.seed`: MT19937 with NumPy's ways to draw from it.
///
/// Source: Matsumoto and Nishimura, "Mersenne Twister", 1998, https://doi.org/10.1145/272991.272995.
struct NumPyRandom {
  private var state: [UInt32]
  private var next = 624
  private var kept: Double?

  /// Begins as `numpy.random.seed(seed)` does.
  init(seed: UInt32) {
    state = [seed]
    state.reserveCapacity(624)
    for i in 1..<624 {
      let last = state[i - 1]
      state.append(1_812_433_253 &* (last ^ last >> 30) &+ UInt32(i))
    }
  }

  private mutating func word() -> UInt32 {
    if next == 624 {
      for i in 0..<624 {
        let y = state[i] & 0x8000_0000 | state[(i + 1) % 624] & 0x7FFF_FFFF
        state[i] = state[(i + 397) % 624] ^ y >> 1 ^ (y & 1 == 0 ? 0 : 0x9908_B0DF)
      }
      next = 0
    }
    var y = state[next]
    next += 1
    y ^= y >> 11
    y ^= y << 7 & 0x9D2C_5680
    y ^= y << 15 & 0xEFC6_0000
    return y ^ y >> 18
  }

  /// Uniform from 0 to 1, of 53 bits.
  mutating func uniform() -> Double {
    let (high, low) = (word() >> 5, word() >> 6)
    return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
  }

  /// 1 or -1 with equal probability: `2 * binomial(1, 0.5) - 1`.
  mutating func sign() -> Double { uniform() > 0.5 ? 1 : -1 }

  /// Normal with mean 0 and variance 1: `randn`.
  mutating func normal() -> Double {
    if let value = kept {
      kept = nil
      return value
    }
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let square = x * x + y * y
      if square >= 1 || square == 0 { continue }
      let factor = (-2 * log(square) / square).squareRoot()
      kept = factor * x
      return factor * y
    }
  }
}
