import FusionTestSupport
import Tensors
import Testing

@testable import FusionCore

@Suite struct TrimmingTests {
  private static let count = 1 << 21 + 1 << 16 + 17

  /// Values of three models by what makes their cuts and signs hard to tell.
  enum Kind: String, CaseIterable {
    /// All different.
    case spread
    /// Few different ones: sums cancel, and many values lie on the cut.
    case coarse
    /// One value.
    case equal
    /// What a sample sees is unlike the rest.
    case misleading

    func table(_ model: Int) -> [Double] {
      var random = SampleNumbers(seed: UInt64(model + 1))
      func number() -> Double { Double(Int64(bitPattern: random.next())) * 0x1p-63 }
      // What is sampled of a long table is a fair sample of all.
      let length = self == .spread ? 400_009 : 65_536
      return (0..<length).map { index in
        switch self {
        case .spread: Double(Float(number()))
        case .coarse: (number() * 8).rounded() / 8
        case .equal: model == 1 ? -0.5 : 0.5
        case .misleading: index < 1024 ? 1e6 + Double(index) : Double(index % 777) * 1e-6
        }
      }
    }
  }

  private func sources(_ kind: Kind, _ dtype: DType) throws -> [MeteredStateDict] {
    try (0..<3).map { model in
      let table = kind.table(model)
      let tensor = try Tensor("w", dtype: dtype, shape: [table.count], values: table)
      return MeteredStateDict(try RepeatingStateDict(tensor, count: Self.count))
    }
  }

  private func inputs(_ sources: [MeteredStateDict]) throws -> ElementwiseInputs {
    try ElementwiseInputs(models: sources.enumerated().map { ("\($0)", $1) })
  }

  @Test(
    "cuts and signs are those of one pass for each", arguments: Kind.allCases,
    [DType.float32, .float64])
  func equalsSeparatePasses(_ kind: Kind, _ dtype: DType) throws {
    let world = LocalFabric(threads: 2)
    let inputs = try inputs(sources(kind, dtype))
    for k in [1, Self.count / 5 * 4, Self.count] {
      let cuts = try inputs.kthMagnitudes(k, in: world)
      let consensus = SignConsensus(cuts: cuts)
      let votes = try inputs.sum(in: world) { consensus.votes($0) }
      let found = try inputs.trimming(k, samples: true, in: world)
      #expect(found.consensus.cuts == cuts)
      #expect(found.majority == Int(votes.signum()), "k = \(k)")
    }
  }

  @Test("few elements and skipped tensors are no matter", arguments: [1, 3])
  func few(_ ranks: Int) throws {
    let found = try ThreadFabric.run(ranks: ranks) { fabric in
      let models = try [[1.0, -2, 3, 9], [-1, 2, -4, 9], [-1, 5, 1, 9]].map { values in
        try InMemoryStateDict([
          Tensor("a", shape: [3], values: Array(values[..<3])),
          Tensor("skipped", shape: [1], values: Array(values[3...])),
        ])
      }
      let inputs = try ElementwiseInputs(models: models.enumerated().map { ("\($0)", $1) })
      return try inputs.trimming(2, skipping: [1], in: fabric)
    }
    // Kept: -2 3, 2 -4, -1 5 1; signs: -1, +1, 0.
    for each in found {
      #expect(each.consensus.cuts == [2, 2, 1])
      #expect(each.majority == 0)
    }
  }

  @Test("ranks agree, and any number of them finds the same", arguments: Kind.allCases)
  func ranks(_ kind: Kind) throws {
    @Sendable func find(in world: any Fabric) throws -> (consensus: SignConsensus, majority: Int) {
      try inputs(sources(kind, .float32)).trimming(Self.count / 5 * 4, samples: true, in: world)
    }
    let alone = try find(in: LocalFabric(threads: 1))
    for ofRank in try ThreadFabric.run(ranks: 3, { try find(in: $0) }) {
      #expect(ofRank.consensus.cuts == alone.consensus.cuts)
      #expect(ofRank.majority == alone.majority)
    }
  }

  @Test("a good sample leaves one pass for cuts and signs", arguments: [Kind.spread, .coarse])
  func onePass(_ kind: Kind) throws {
    let sources = try sources(kind, .float32)
    _ = try inputs(sources).trimming(
      Self.count / 5 * 4, samples: true, in: LocalFabric(threads: 1))
    let passes = Double(sources[0].bytesRead) / Double(4 * Self.count)
    #expect(passes > 1 && passes < 1.05)
  }

  @Test(
    "signs are the same for all cuts within bounds, or their positions are kept",
    arguments: [DType.float32, .float64], [1, 2, 5])
  func outlook(_ dtype: DType, _ models: Int) throws {
    var random = SampleNumbers(seed: UInt64(models))
    let deltas = (0..<models).map { _ in
      (0..<4000).map { _ -> Double in Double(Int(random.next() % 41) - 20) / 8 }
    }
    let fixture = try BlockFixture(models: deltas, dtype: dtype)
    let bounds = (0..<models).map { m -> (low: Double, high: Double) in
      (0.5 + Double(m) / 8, 1.0 + Double(m) / 4)
    }
    var outlook = SignOutlook(SignOutlook.Bounds(bounds), bytes: 1 << 20)
    outlook.add(fixture.block)
    #expect(!outlook.isFull)
    for step in 0...8 {
      let share = Double(step) / 8
      let cuts = bounds.map { (bound) -> Double in bound.low + (bound.high - bound.low) * share }
      let consensus = SignConsensus(cuts: cuts)
      #expect(outlook.votes(consensus) == consensus.votes(fixture.block), "\(cuts)")
    }
    var small = SignOutlook(SignOutlook.Bounds(bounds), bytes: 64)
    small.add(fixture.block)
    #expect(small.isFull)
  }
}
