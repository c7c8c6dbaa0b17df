import FusionCore
import FusionTestSupport
import Tensors
import Testing

/// Values to select among.
struct Sample: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let values: [Double]

  static let all: [Sample] = {
    var random = SampleNumbers(seed: 42)
    func number() -> Double { Double(Int64(bitPattern: random.next())) * 0x1p-63 }
    let spread = (0..<3000).map { _ in
      Double(sign: .plus, exponent: Int(random.next() % 250) - 125, significand: number())
    }
    return [
      Sample(testDescription: "one value", values: [-3]),
      Sample(testDescription: "two values", values: [-3, 2]),
      Sample(testDescription: "random values", values: (0..<5000).map { _ in number() }),
      Sample(testDescription: "values of every size", values: spread),
      Sample(testDescription: "many equal values", values: (0..<4097).map { Double($0 % 3) - 1 }),
      Sample(testDescription: "all zero", values: (0..<999).map { $0 % 2 == 0 ? 0 : -0.0 }),
      Sample(
        testDescription: "zeros, subnormals, infinities and NaN",
        values: [
          0, -0.0, 1e-45, -1e-45, 3e-39, .infinity, -.infinity, .nan, 1, 3.4e38, -.nan, .nan,
        ]),
      Sample(
        testDescription: "neighbouring patterns",
        values: (0..<2500).map { 1 + Double($0) * 0x1p-23 }),
    ]
  }()
}

@Suite struct SelectionTests {
  private func inputs(_ tensors: [[Double]], _ dtype: DType) throws -> ElementwiseInputs {
    let tensors = try tensors.enumerated().map {
      try Tensor(TensorName("t\($0)"), dtype: dtype, shape: [$1.count], values: $1)
    }
    return try ElementwiseInputs(models: [("a", try InMemoryStateDict(tensors))])
  }

  /// The k-th smallest magnitude by sorting; NaN is the largest.
  private func sorted(_ values: [Double], _ dtype: DType) -> [Double] {
    let magnitudes = values.map { dtype == .float32 ? Double(Float($0)).magnitude : $0.magnitude }
    return magnitudes.filter { !$0.isNaN }.sorted() + magnitudes.filter(\.isNaN)
  }

  @Test("the k-th magnitude is that of a sort", arguments: Sample.all, [DType.float32, .float64])
  func equalsSort(_ sample: Sample, _ dtype: DType) throws {
    let inputs = try inputs([sample.values], dtype)
    let expected = sorted(sample.values, dtype)
    let count = expected.count
    for k in Set([1, 2, count / 3, count / 2, count * 4 / 5, count - 1, count])
    where k > 0 && k <= count {
      let found = try inputs.kthMagnitudes(k, in: LocalFabric(threads: 2))
      #expect(found.bits == [expected[k - 1]].bits, "k = \(k)")
    }
  }

  @Test("every k of a small table is that of a sort")
  func everyRank() throws {
    let values = [3, -1, 0, 2, -2, 0, 5, -0.0, 1, 1, 7, .nan]
    let inputs = try inputs([Array(values[..<5]), [], Array(values[5...])], .float32)
    for (index, expected) in sorted(values, .float32).enumerated() {
      #expect(
        try inputs.kthMagnitudes(index + 1, in: LocalFabric(threads: 1)).bits == [expected].bits)
    }
  }

  @Test("each model has its own magnitude, and skipped tensors do not count")
  func modelsAndSkipping() throws {
    let models = try [1.0, 10, 100].map { scale in
      try InMemoryStateDict([
        Tensor("a", shape: [4], values: [1, -2, 3, -4].map { $0 * scale }),
        Tensor("skipped", shape: [2], values: [0, 0]),
        Tensor("b", shape: [2], values: [5, -6].map { $0 * scale }),
      ])
    }
    let inputs = try ElementwiseInputs(models: models.enumerated().map { ("\($0)", $1) })
    #expect(inputs.elementCount(skipping: [1]) == 6)
    let fabric = LocalFabric(threads: 1)
    #expect(try inputs.kthMagnitudes(1, skipping: [1], in: fabric) == [1, 10, 100])
    #expect(try inputs.kthMagnitudes(5, skipping: [1], in: fabric) == [5, 50, 500])
    #expect(try inputs.kthMagnitudes(2, in: fabric) == [0, 0, 0])
    #expect(try inputs.kthMagnitudes(1, skipping: [0, 1], in: fabric) == [5, 50, 500])
  }

  @Test("any number of ranks and threads selects the same", arguments: 1...5, [1, 3])
  func ranks(_ ranks: Int, _ threads: Int) throws {
    let values = Sample.all[2].values + Sample.all[3].values
    let expected = sorted(values, .float32)
    let found = try ThreadFabric.run(ranks: ranks, threads: threads) { fabric in
      let inputs = try inputs([Array(values[..<1000]), Array(values[1000...])], .float32)
      return try [1, 4000, values.count].map { try inputs.kthMagnitudes($0, in: fabric)[0] }
    }
    for ofRank in found {
      #expect(ofRank == [1, 4000, values.count].map { expected[$0 - 1] })
    }
  }

  /// The table repeated over more elements than are counted without taking a sample first.
  private static let large = 1 << 24 + 1 << 16 + 17

  /// How the long vector's values rank: the table's, each as often as it comes up.
  private func expectSelection(_ table: [Double], _ dtype: DType) throws {
    let dict = try RepeatingStateDict(
      Tensor("w", dtype: dtype, shape: [table.count], values: table), count: Self.large)
    let inputs = try ElementwiseInputs(models: [("a", dict)])
    let rounds = Self.large / table.count
    let further = Self.large % table.count
    var magnitudes: [(magnitude: Double, count: Int)] = []
    for (index, value) in table.enumerated() {
      let stored = dtype == .float32 ? Double(Float(value)) : value
      magnitudes.append((stored.magnitude, index < further ? rounds + 1 : rounds))
    }
    magnitudes.sort { $0.magnitude < $1.magnitude }
    for k in [1, Self.large / 2, Self.large / 5 * 4, Self.large] {
      var before = 0
      let expected = magnitudes.first { entry in
        before += entry.count
        return before >= k
      }
      let found = try inputs.kthMagnitudes(k, in: LocalFabric(threads: 2))
      #expect(found == [try #require(expected).magnitude], "k = \(k)")
    }
  }

  @Test("a large table is selected from exactly", arguments: [DType.float32, .float64])
  func large(_ dtype: DType) throws {
    var random = SampleNumbers(seed: 9)
    try expectSelection(
      (0..<65_521).map { _ in Double(Int64(bitPattern: random.next())) * 0x1p-63 }, dtype)
  }

  @Test(
    "a sample that misleads costs a pass, not the answer", arguments: [DType.float32, .float64])
  func misleadingSample(_ dtype: DType) throws {
    // The sample reads the first 1024 elements of every 65,536: the only large ones here.
    let table = (0..<65_536).map { (index: Int) -> Double in
      index < 1024 ? 1e6 + Double(index) : Double(index % 777) * 1e-6
    }
    try expectSelection(table, dtype)
  }

  @Test(
    "large tables of equal values are selected from exactly", arguments: [DType.float32, .float64])
  func largeAndEqual(_ dtype: DType) throws {
    try expectSelection([0.5], dtype)
    try expectSelection([0, -0.25, 0.25], dtype)
  }

  @Test("ranks agree on a large table too")
  func largeOverRanks() throws {
    let table = (0..<65_521).map { Double(($0 * 40_503) % 65_521) - 30_000 }
    let tensor = try Tensor("w", shape: [table.count], values: table)
    let ks = [Self.large / 3, Self.large - 5]
    let all = try ThreadFabric.run(ranks: 3) { fabric in
      let inputs = try ElementwiseInputs(
        models: [("a", RepeatingStateDict(tensor, count: Self.large))])
      return try ks.map { try inputs.kthMagnitudes($0, in: fabric)[0] }
    }
    let inputs = try ElementwiseInputs(
      models: [("a", RepeatingStateDict(tensor, count: Self.large))])
    let alone = try ks.map { try inputs.kthMagnitudes($0, in: LocalFabric(threads: 1))[0] }
    #expect(alone[0] > 10_000 && alone[1] == 35_520)
    for ofRank in all { #expect(ofRank == alone) }
  }

  @Test("a rank that cannot read is everybody's failure")
  func failingRank() {
    let outcomes = ThreadFabric.outcomes(ranks: 3) { fabric in
      let dict = try UnreadableStateDict(fails: fabric.globalRank == 1)
      return try ElementwiseInputs(models: [("a", dict)]).kthMagnitudes(3, in: fabric)
    }
    for outcome in outcomes {
      #expect(throws: AgreedError.self) { try outcome.get() }
      if case .failure(let error) = outcome { #expect("\(error)" == "disk of rank 1 is gone") }
    }
  }
}

/// Zeros, or an error on every read.
private struct UnreadableStateDict: StateDict {
  struct Gone: Error, CustomStringConvertible {
    var description: String { "disk of rank 1 is gone" }
  }

  let fails: Bool
  let label = "unreadable"
  let manifest: Manifest

  init(fails: Bool) throws {
    self.fails = fails
    manifest = try Manifest([TensorInfo(name: "w", dtype: .float32, shape: [10_000])])
  }

  func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    if fails { throw Gone() }
    destination.initializeMemory(as: UInt8.self, repeating: 0)
  }
}
