import Testing

@testable import Checkpoints

/// A small generator with a fixed seed: the same inputs in every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Changes a few bytes of `input`: flips, cuts, copies, and bytes that JSON gives meaning to.
func mutated(_ input: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
  let meaningful = Array(#"{}[]",:\u0d8-9.e+tfn "#.utf8)
  var bytes = input
  for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
    let position = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1: bytes[position] = UInt8.random(in: 0...255, using: &random)
    case 2: bytes[position] = meaningful[Int.random(in: 0..<meaningful.count, using: &random)]
    case 3: bytes.remove(at: position)
    case 4:
      let end = Int.random(in: position...min(bytes.count, position + 40), using: &random)
      bytes.insert(contentsOf: bytes[position..<end], at: position)
    default: bytes.removeLast(Int.random(in: 1...min(bytes.count, 20), using: &random))
    }
  }
  return bytes
}

@Suite struct FuzzTests {
  @Test("Damaged safetensors files are read or refused, never worse")
  func headers() throws {
    let seeds = try ["all_dtypes", "odd_names"].map {
      try bytes(of: Golden.directory + "/\($0).safetensors")
    }
    var random = SeededGenerator(state: 1)
    var refused = 0
    for round in 0..<4000 {
      var file = mutated(seeds[round % 2], &random)
      if round % 3 == 0, file.count >= 8 {
        // Keep the frame intact, so that the damage reaches the table.
        let header = file.dropFirst(8).prefix { $0 != 0 }
        file = safetensors(Array(header), data: Int.random(in: 0..<64, using: &random))
      }
      do {
        _ = try parse(file)
      } catch let error as CheckpointError {
        refused += 1
        #expect(!"\(error)".isEmpty && !"\(error)".contains("\n"))
      }
    }
    #expect(refused > 2000)
  }

  @Test("Damaged indexes are read or refused, never worse")
  func indexes() throws {
    let seed = try bytes(of: Golden.directory + "/sharded/model.safetensors.index.json")
    var random = SeededGenerator(state: 2)
    var refused = 0
    for _ in 0..<4000 {
      let text = mutated(seed, &random)
      do {
        _ = try text.withUnsafeBytes { try ShardedIndex(json: $0, path: "i.json") }
      } catch let error as CheckpointError {
        refused += 1
        #expect(!"\(error)".isEmpty && !"\(error)".contains("\n"))
      }
    }
    #expect(refused > 2000)
  }
}
