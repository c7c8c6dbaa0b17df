/// A small generator with a fixed seed: the same inputs in every run.
package struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// Starts a sequence.
  package init(seed: UInt64) { state = seed }

  /// The next number, by SplitMix64.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// One of several.
  package mutating func pick<Element>(_ items: [Element]) -> Element {
    items[Int(next() % UInt64(items.count))]
  }

  /// A number from 0 up to `limit`, without it.
  package mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}

/// Changes a few bytes of `input`: flips, cuts, copies, extreme numbers, and bytes that JSON gives
/// meaning to.
package func mutated(_ input: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
  let meaningful = Array(#"{}[]",:\u0d8-9.e+tfn "#.utf8)
  var bytes = input
  for _ in 0..<1 + random.below(4) where !bytes.isEmpty {
    let position = random.below(bytes.count)
    switch random.below(8) {
    case 0: bytes[position] ^= 1 << UInt8(random.below(8))
    case 1: bytes[position] = UInt8(random.below(256))
    case 2: bytes[position] = random.pick(meaningful)
    case 3: bytes.remove(at: position)
    case 4:
      let end = min(bytes.count, position + random.below(40))
      bytes.insert(contentsOf: bytes[position..<end], at: position)
    case 5: bytes.removeLast(1 + random.below(min(bytes.count, 20)))
    case 6:
      let value: UInt8 = random.pick([0, 0x7F, 0x80, 0xFF])
      for index in position..<min(position + random.pick([1, 2, 4, 8]), bytes.count) {
        bytes[index] = value
      }
    default:
      let other = random.below(bytes.count)
      bytes.swapAt(position, other)
    }
  }
  return bytes
}
