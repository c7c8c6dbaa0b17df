import FusionTestSupport
import Tensors
import Testing

@testable import FusionCore

@Suite struct ConsensusTests {
  static let lengths = [1, 31, 511, 512, 513, 1025, 4095, 4096]
  static let functions: [SignConsensus.Function] = [.sum, .mean, .max]

  /// Quarters from -1 to 1: zero sums and values on the cut come up all the time.
  private func quarters(_ models: Int, _ count: Int) -> [[Double]] {
    var random = SampleNumbers(seed: UInt64(models * 10_000 + count))
    return (0..<models).map { _ in (0..<count).map { _ in Double(Int(random.next() % 9) - 4) / 4 } }
  }

  /// Numbers whose sums round, so that the order of adding shows.
  private func rounding(_ models: Int, _ count: Int) -> [[Double]] {
    var random = SampleNumbers(seed: UInt64(models * 20_000 + count))
    return (0..<models).map { _ in
      (0..<count).map { _ in
        Double(Float(Double(Int64(bitPattern: random.next())) * 0x1p-63))
          * Double(1 << (random.next() % 20))
      }
    }
  }

  private func expectTwin<V: BinaryFloatingPoint>(
    _ deltas: [[Double]], cuts: [Double], dtype: DType, _ type: V.Type
  ) throws {
    let twin = NaiveConsensus<V>(deltas: deltas, cuts: cuts)
    let fixture = try BlockFixture(models: deltas, dtype: dtype)
    let consensus = SignConsensus(cuts: cuts)
    #expect(consensus.votes(fixture.block) == twin.votes())
    for function in Self.functions {
      for majority in [1, 0, -1] {
        consensus.merge(fixture.block, majority: majority, function)
        let expected = twin.merged(majority: majority, function)
        #expect(
          fixture.sum.bits == expected.bits, "\(function), majority \(majority), \(dtype)")
      }
    }
  }

  @Test("votes and merges equal the naive twin's, bit by bit", arguments: lengths, [1, 2, 5])
  func equalsTwin(_ count: Int, _ models: Int) throws {
    let quarters = quarters(models, count)
    // Few values, every value, and no value reaches its cut.
    for cuts in count < 1000 ? [[0.25, 0.5, 0.75, 1], [0], [1.25]] : [[0.25, 0.5, 0.75, 1]] {
      let cuts = (0..<models).map { cuts[$0 % cuts.count] }
      try expectTwin(quarters, cuts: cuts, dtype: .float32, Float.self)
      try expectTwin(quarters, cuts: cuts, dtype: .float64, Double.self)
    }
    let cuts = (0..<models).map { Double($0 + 1) * 0.5 }
    try expectTwin(rounding(models, count), cuts: cuts, dtype: .float32, Float.self)
    try expectTwin(rounding(models, count), cuts: cuts, dtype: .float64, Double.self)
  }

  @Test(
    "a position whose trimmed values cancel takes the majority, and negative values without one")
  func zeroSums() throws {
    let fixture = try BlockFixture(models: [[1, 2, 0], [-1, -2, 0]])
    let consensus = SignConsensus(cuts: [0.5, 0.5])
    #expect(consensus.votes(fixture.block) == 0)
    for (majority, expected) in [(1, [1.0, 2, 0]), (-1, [-1, -2, 0]), (0, [-1, -2, 0])] {
      consensus.merge(fixture.block, majority: majority, .sum)
      #expect(fixture.sum == expected)
      consensus.merge(fixture.block, majority: majority, .mean)
      #expect(fixture.sum == expected)
    }
    consensus.merge(fixture.block, majority: 0, .max)
    #expect(fixture.sum == [0, 0, 0])
    consensus.merge(fixture.block, majority: -1, .max)
    #expect(fixture.sum == [-1, -2, 0])
  }

  @Test("the sign is that of the sum in the task vectors' own precision")
  func signInOwnPrecision() throws {
    // 2^24 + 1 - 2^24 is 0 in float32 and 1 in float64.
    let deltas: [[Double]] = [[16_777_216], [1], [-16_777_216]]
    let single = try BlockFixture(models: deltas)
    let double = try BlockFixture(models: deltas, dtype: .float64)
    let consensus = SignConsensus(cuts: [0, 0, 0])
    #expect(consensus.votes(single.block) == 0)
    #expect(consensus.votes(double.block) == 1)
    consensus.merge(single.block, majority: -1, .sum)
    #expect(single.sum == [-16_777_216])
    consensus.merge(double.block, majority: -1, .sum)
    #expect(double.sum == [16_777_217])
  }

  @Test("NaN is trimmed and reaches no result")
  func nanIsTrimmed() throws {
    let fixture = try BlockFixture(models: [[.nan, .nan, 1], [2, .nan, -3]])
    let consensus = SignConsensus(cuts: [0, 0])
    for function in Self.functions {
      consensus.merge(fixture.block, majority: 1, function)
      #expect(fixture.sum == [2, 0, -3])
    }
    #expect(consensus.votes(fixture.block) == 0)
  }

  @Test(
    "a merge over many blocks equals the naive twin's",
    arguments: [4095, 4097, 65_535, 65_536, 65_537, 65_536 + 4096 + 1])
  func acrossChunks(_ count: Int) throws {
    let deltas = quarters(3, count)
    let cuts = [0.5, 0.25, 0.75]
    let models = try deltas.enumerated().map { m, values in
      (
        name: "\(m)",
        stateDict: try InMemoryStateDict([Tensor("w", shape: [count], values: values)])
      )
    }
    let inputs = try ElementwiseInputs(models: models.map { ($0.name, $0.stateDict) })
    let consensus = SignConsensus(cuts: cuts)
    let votes = try inputs.sum(in: LocalFabric(threads: 2)) { consensus.votes($0) }
    let twin = NaiveConsensus<Float>(deltas: deltas, cuts: cuts)
    #expect(votes == twin.votes())
    let merge = ElementwiseMerge(inputs, label: "consensus") {
      consensus.merge($0, majority: 1, .mean)
    }
    let expected = twin.merged(majority: 1, .mean).map { Double(Float($0)) }
    #expect(try merge.tensor("w").doubles().bits == expected.bits)
  }
}
