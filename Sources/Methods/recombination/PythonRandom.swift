/// CPython's `random.Random` as far as shuffling a list needs it: the same seed gives the same
/// permutation.
///
/// The generator is MT19937 (Matsumoto and Nishimura, "Mersenne Twister", 1998), seeded from an
/// integer by `init_by_array` with the 32-bit words of its magnitude, lowest first. `shuffle` is
/// CPython's Fisher-Yates shuffle over `_randbelow_with_getrandbits`, unchanged since Python 3.2.
struct PythonRandom {
  private static let length = 624
  private static let middle = 397

  private var state: [UInt32]
  private var position = Self.length

  /// Starts as `random.seed(seed)` does.
  init(seed: Int) {
    state = Self.initialState(19_650_218)
    let magnitude = UInt64(seed.magnitude)
    let high = UInt32(truncatingIfNeeded: magnitude >> 32)
    let key = [UInt32(truncatingIfNeeded: magnitude)] + (high == 0 ? [] : [high])
    var (i, j) = (1, 0)
    for _ in 0..<max(Self.length, key.count) {
      state[i] = (state[i] ^ mixed(before: i) &* 1_664_525) &+ key[j] &+ UInt32(j)
      advance(&i)
      j = (j + 1) % key.count
    }
    for _ in 1..<Self.length {
      state[i] = (state[i] ^ mixed(before: i) &* 1_566_083_941) &- UInt32(i)
      advance(&i)
    }
    state[0] = 0x8000_0000
  }

  /// The next 32 bits.
  mutating func nextWord() -> UInt32 {
    if position == Self.length { twist() }
    var y = state[position]
    position += 1
    y ^= y >> 11
    y ^= (y << 7) & 0x9D2C_5680
    y ^= (y << 15) & 0xEFC6_0000
    return y ^ (y >> 18)
  }

  /// A number from 0 to `limit` - 1: as many bits as `limit` has, until they are below it.
  ///
  /// - Parameter limit: from 1 to 2^32 - 1.
  mutating func below(_ limit: Int) -> Int {
    let bits = Int.bitWidth - limit.leadingZeroBitCount
    var number = limit
    while number >= limit { number = Int(nextWord() >> UInt32(32 - bits)) }
    return number
  }

  /// Shuffles as `random.shuffle` does.
  mutating func shuffle<Element>(_ list: inout [Element]) {
    for last in stride(from: list.count - 1, to: 0, by: -1) {
      list.swapAt(last, below(last + 1))
    }
  }
}

extension PythonRandom {
  private static func initialState(_ seed: UInt32) -> [UInt32] {
    var state = [seed]
    state.reserveCapacity(length)
    for i in 1..<length {
      let last = state[i - 1]
      state.append(1_812_433_253 &* (last ^ last >> 30) &+ UInt32(i))
    }
    return state
  }

  private func mixed(before i: Int) -> UInt32 { state[i - 1] ^ state[i - 1] >> 30 }

  private mutating func advance(_ i: inout Int) {
    i += 1
    if i == Self.length {
      state[0] = state[Self.length - 1]
      i = 1
    }
  }

  /// Makes the next 624 words.
  private mutating func twist() {
    for i in 0..<Self.length {
      let y = (state[i] & 0x8000_0000) | (state[(i + 1) % Self.length] & 0x7FFF_FFFF)
      let other = state[(i + Self.middle) % Self.length]
      state[i] = other ^ y >> 1 ^ (y & 1 == 0 ? 0 : 0x9908_B0DF)
    }
    position = 0
  }
}
