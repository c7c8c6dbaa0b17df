import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

@Suite struct RankInvarianceTests {
  /// A model of several tensors, more than one chunk in all, with integers among them.
  private static func model(_ seed: UInt64, _ dtype: DType) throws -> InMemoryStateDict {
    var random = SampleNumbers(seed: seed)
    func tensor(_ name: TensorName, _ shape: [Int]) throws -> Tensor {
      let count = shape.reduce(1, *)
      return try Tensor(
        name, dtype: dtype, shape: shape,
        values: (0..<count).map { _ in Double(Int64(bitPattern: random.next())) * 0x1p-62 })
    }
    return try InMemoryStateDict([
      tensor("embedding", [300, 64]), tensor("bias", [7]), tensor("scalar", []),
      Tensor("steps", dtype: .int64, shape: [3], values: [1, 2, 3]), tensor("empty", [0]),
      tensor("head", [64, 777]),
    ])
  }

  private static let dtypes: [DType] = [.float32, .bfloat16, .float16, .float64]
  /// Four models of each type.
  private static let models = Result {
    try dtypes.map { dtype in try (0..<4).map { try model(UInt64($0), dtype) } }
  }

  private static func pool(
    _ models: [InMemoryStateDict], _ names: [String]
  ) throws -> BaseModelPool {
    try BaseModelPool(
      zip(["_pretrained_", "a", "b", "c"], models).filter { names.contains($0.0) }
        .map { (name: $0, model: $1) })
  }

  @Test(
    "the bytes are the same for 1 to 4 ranks, each reading its own slices",
    arguments: MethodCase.all,
    dtypes.indices)
  func ranks(_ method: MethodCase, _ dtype: Int) throws {
    let models = try Self.models.get()[dtype]
    #expect(models[0].manifest.tensors[0].dtype == Self.dtypes[dtype])
    let alone = try #require(try method.make().run(Self.pool(models, method.names)).model)
    let expected = try alone.allBytes()
    #expect(expected.count == alone.manifest.byteCount && Set(expected).count > 100)
    for ranks in 1...4 {
      let parts = try ThreadFabric.run(ranks: ranks, threads: ranks == 2 ? 2 : 1) { fabric in
        let pool = try Self.pool(models, method.names)
        let algorithm = method.make()
        pool.fabric = fabric
        algorithm.fabric = fabric
        guard let merge = try algorithm.run(pool).model else { return [UInt8]() }
        return try merge.bytes(
          of: merge.manifest.slices(part: fabric.globalRank, of: ranks, limit: 5000))
      }
      // Not compared inside the expectation, which would look for the shortest way from one to the
      // other.
      let isSame = parts.flatMap { $0 } == expected
      #expect(isSame, "\(ranks) ranks")
    }
  }

  @Test("a model that one rank cannot open is everybody's failure", arguments: MethodCase.all)
  func missingModel(_ method: MethodCase) {
    let outcomes = ThreadFabric.outcomes(ranks: 3) { fabric in
      let pool = BaseModelPool()
      for name in method.names {
        // Rank 1 alone has a model that does not fit or cannot be opened.
        if fabric.globalRank == 1 {
          try pool.addModel(name, .config(.init(.string("nowhere"))))
        } else {
          try pool.addModel(name, .model(GoldenModel.stateDict(1)))
        }
      }
      let algorithm = method.make()
      pool.fabric = fabric
      algorithm.fabric = fabric
      _ = try algorithm.run(pool)
    }
    for outcome in outcomes {
      guard case .failure(let error as AgreedError) = outcome else {
        Issue.record("\(outcome) is not an agreed failure")
        continue
      }
      #expect(error.rank == 1)
      #expect(error.description.hasPrefix("BaseModelPool cannot load modelpool.models."))
    }
  }
}
