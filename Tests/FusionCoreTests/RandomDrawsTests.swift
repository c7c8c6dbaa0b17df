import CFusionKernels
import FusionCore
import Tensors
import Testing

/// A counter, a key, and what Philox4x32-10 makes of them: the vectors that come with Random123.
struct KnownAnswer: Sendable {
  let counter: [UInt32]
  let key: [UInt32]
  let words: [UInt32]

  static let all = [
    KnownAnswer(
      counter: [0, 0, 0, 0], key: [0, 0],
      words: [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]),
    KnownAnswer(
      counter: Array(repeating: .max, count: 4), key: [.max, .max],
      words: [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]),
    KnownAnswer(
      counter: [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344],
      key: [0xA409_3822, 0x299F_31D0],
      words: [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]),
  ]
}

@Suite struct RandomDrawsTests {
  private func philox(_ counter: [UInt32], _ key: [UInt32]) -> [UInt32] {
    var words: [UInt32] = [0, 0, 0, 0]
    ck_philox4x32(counter, key, &words)
    return words
  }

  @Test("the generator gives the published words", arguments: KnownAnswer.all)
  func knownAnswers(_ known: KnownAnswer) {
    #expect(philox(known.counter, known.key) == known.words)
  }

  /// The naive twin of the kernel: one element.
  private func draw(key: UInt64, stream: UInt64, _ element: UInt64) -> UInt32 {
    let counter = 16 * (element / 64) + element % 16
    func halves(_ x: UInt64) -> [UInt32] {
      [UInt32(truncatingIfNeeded: x), UInt32(truncatingIfNeeded: x >> 32)]
    }
    return philox(halves(counter) + halves(stream), halves(key))[Int(element / 16 % 4)]
  }

  @Test(
    "a run of draws is that of its elements one by one",
    arguments: [0, 1, 63, 64, 1000, 0xFFFF_FFC0, 0x4_0000_0000 - 7, 0x7FFF_FFFF_0000_0001],
    [1, 15, 64, 65, 200])
  func runs(_ first: UInt64, _ count: Int) {
    let (key, stream): (UInt64, UInt64) = (0x1234_5678_9ABC_DEF0, 0xFEDC_BA98_7654_3210)
    var draws = [UInt32](repeating: 0, count: count + 1)
    ck_random_u32(key, stream, first, &draws, count)
    #expect(
      draws.dropLast().elementsEqual(
        (0..<count).map { draw(key: key, stream: stream, first + UInt64($0)) }))
    #expect(draws.last == 0)
  }

  private func draws(
    seed: Int = 1, tensor: Int = 0, model: Int = 0, from first: Int = 0, count: Int = 4096
  ) throws -> [UInt32] {
    let manifest = try Manifest(
      ["a", "b"].map { try TensorInfo(name: $0, dtype: .float32, shape: [100_000]) })
    let random = RandomDraws(seed: seed, manifest: manifest)
    var values = [UInt32](repeating: 0, count: count)
    values.withUnsafeMutableBufferPointer {
      random.fill($0, tensor: tensor, model: model, from: first)
    }
    return values
  }

  @Test("seed, model and tensor have draws of their own, however they are cut")
  func keys() throws {
    let all = try draws()
    #expect(try draws() == all)
    #expect(try draws(from: 1001, count: 777) == Array(all[1001..<1778]))
    let others = [
      try draws(seed: 2), try draws(seed: -1), try draws(seed: 1 << 40 + 1),
      try draws(tensor: 1), try draws(model: 1), try draws(tensor: 1, model: 1),
      try draws(from: 4096),
    ]
    // Independent streams of 4096 draws of 32 bits have hardly an equal one at an equal place.
    for (index, other) in others.enumerated() {
      for stranger in [all] + others[..<index] {
        #expect(zip(other, stranger).count { $0 == $1 } < 2)
      }
    }
  }

  @Test("draws are spread evenly: every bit, the mean, and pairs of neighbours")
  func uniform() throws {
    let values = try draws(count: 100_000)
    let count = Double(values.count)
    for bit in 0..<32 {
      let ones = Double(values.count { $0 >> UInt32(bit) & 1 == 1 })
      #expect(abs(ones - count / 2) < 5 * (count / 4).squareRoot(), "bit \(bit)")
    }
    let units = values.map { Double($0) * 0x1p-32 }
    #expect(abs(units.reduce(0, +) / count - 0.5) < 5 * (1 / (12 * count)).squareRoot())
    for distance in [1, 2, 4, 16, 64] {
      let pairs = zip(units, units.dropFirst(distance))
      let covariance = pairs.reduce(0) { $0 + ($1.0 - 0.5) * ($1.1 - 0.5) } / count
      #expect(abs(covariance) < 5 / 12 / count.squareRoot(), "distance \(distance)")
    }
  }
}
