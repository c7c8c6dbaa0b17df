import FusionTestSupport
import Tensors
import Testing

@testable import FusionCore

@Suite struct ReductionKernelTests {
  private func values(_ count: Int, seed: UInt64) -> [Double] {
    var random = SampleNumbers(seed: seed)
    return (0..<count).map { _ in
      Double(Float(Double(Int64(bitPattern: random.next())) * 0x1p-63))
    }
  }

  /// Element i in lane i mod 16; lanes folded in halves.
  private func naive(_ terms: [Double]) -> Double {
    var lanes = [Double](repeating: 0, count: 16)
    for (i, term) in terms.enumerated() { lanes[i % 16] += term }
    for width in [8, 4, 2, 1] { for j in 0..<width { lanes[j] += lanes[j + width] } }
    return lanes[0]
  }

  @Test(
    "sums over a block have the naive loop's bits", arguments: [0, 1, 15, 16, 17, 4095, 4096],
    [DType.float32, .float64])
  func kernels(_ count: Int, _ dtype: DType) throws {
    let (x, y) = (values(count, seed: 1), values(count, seed: 2))
    let fixture = try BlockFixture(models: [x, y], dtype: dtype)
    withExtendedLifetime(fixture) {
      let models = fixture.block.models
      #expect(models[0].sum() == naive(x))
      #expect(models[0].absoluteSum() == naive(x.map(abs)))
      #expect(models[0].dot(models[1]) == naive(zip(x, y).map { $0 * $1 }))
      #expect(models[0].squaredNorm() == naive(x.map { $0 * $0 }))
    }
  }

  @Test("what is not finite reaches the sum")
  func notFinite() throws {
    let fixture = try BlockFixture(models: [[1, .nan], [1, -.infinity]])
    withExtendedLifetime(fixture) {
      let models = fixture.block.models
      #expect(models[0].sum().isNaN && models[0].dot(models[1]).isNaN)
      #expect(models[1].sum() == -.infinity && models[1].absoluteSum() == .infinity)
    }
  }
}

@Suite struct TensorSumsTests {
  private static let sizes = [3, 0, 5 << 16, (1 << 19) + 4097, 1]

  /// Tensors around the borders of pieces, integers among them.
  private static func model(_ seed: UInt64) throws -> InMemoryStateDict {
    var random = SampleNumbers(seed: seed)
    var tensors = try sizes.enumerated().map { position, count in
      try Tensor(
        TensorName("t\(position)"), shape: [count],
        values: (0..<count).map { _ in Double(Int64(bitPattern: random.next())) * 0x1p-63 })
    }
    tensors.insert(
      try Tensor("steps", dtype: .int64, shape: [2], values: [Double(seed), 5]), at: 2)
    return try InMemoryStateDict(tensors)
  }

  private static let models = Result { [try model(1), try model(2)] }

  private static func sums(
    in world: any Fabric, skipping: Set<Int> = []
  ) throws -> [[Double]] {
    let models = try models.get()
    let inputs = try ElementwiseInputs(models: [("a", models[0]), ("b", models[1])])
    return try inputs.tensorSums(in: world, count: 2, skipping: skipping) { block, sums in
      sums[0] += block.models[0].dot(block.models[1])
      sums[1] += block.models[0].absoluteSum()
    }
  }

  @Test("each tensor has its own sums; integers and skipped tensors have none")
  func values() throws {
    let found = try Self.sums(in: LocalFabric(threads: 2), skipping: [4])
    let models = try Self.models.get()
    #expect(found.count == 6)
    for (position, info) in models[0].manifest.tensors.enumerated() {
      let x = try models[0].tensor(at: position).doubles()
      let y = try models[1].tensor(at: position).doubles()
      let isRead = info.dtype.isFloatingPoint && position != 4
      let dot = isRead ? zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } : 0
      let magnitude = isRead ? x.reduce(0) { $0 + abs($1) } : 0
      #expect(abs(found[position][0] - dot) <= 1e-9, "\(info.name)")
      #expect(abs(found[position][1] - magnitude) <= 1e-6 * magnitude, "\(info.name)")
    }
    #expect(found[3][1] > 1e5)
  }

  @Test("any number of ranks and threads has the same bits", arguments: 1...5)
  func ranks(_ ranks: Int) throws {
    let alone = try Self.sums(in: LocalFabric(threads: 1))
    for threads in [1, 3] {
      let all = try ThreadFabric.run(ranks: ranks, threads: threads) { try Self.sums(in: $0) }
      for found in all { #expect(found == alone, "\(threads) threads") }
    }
  }

  @Test("a block says which elements it holds")
  func positions() throws {
    let models = try Self.models.get()
    let inputs = try ElementwiseInputs(models: [("a", models[0])])
    let sums = try inputs.tensorSums(in: LocalFabric(threads: 2), count: 2) { block, sums in
      for element in block.slice.elements { sums[0] += Double(element) }
      sums[1] += Double(block.slice.tensor) * Double(block.slice.count)
    }
    for (position, info) in models[0].manifest.tensors.enumerated() {
      guard info.dtype.isFloatingPoint else { continue }
      #expect(
        sums[position] == [
          Double(info.count) * Double(info.count - 1) / 2, Double(position * info.count),
        ])
    }
  }
}
