import ConfigTree
import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

extension MethodCase {
  /// Methods that drop values at random.
  static let dropping = [
    MethodCase(testDescription: "DARE simple average") { DareSimpleAverage(sparsityRatio: 0.5) },
    MethodCase(testDescription: "DARE task arithmetic") {
      DareTaskArithmetic(scalingFactor: 0.3, sparsityRatio: 0.9, seed: 3)
    },
    MethodCase(testDescription: "DARE TIES") { DareTiesMerging(sparsityRatio: 0.3, threshold: 20) },
  ]
}

let droppingGoldens = [
  GoldenCase(
    testDescription: "DARE task arithmetic that drops nothing",
    row:
      "0.8097760343|0.8698552028|0.9868093498|-0.9541658047|-0.8648145250|-0.8008295782|0.931049245|4.973177758|3.03836488"
  ) { DareTaskArithmetic(scalingFactor: 0.3, sparsityRatio: 0) },
  GoldenCase(
    testDescription: "DARE TIES that drops nothing",
    row:
      "0.8115411509|0.8612537465|0.9670438079|-0.9440408404|-0.8616005673|-0.7980835342|0.739673901|4.982351534|-0.97966716"
  ) {
    let method = DareTiesMerging(sparsityRatio: 0, threshold: 50)
    method.scalingFactor = 0.3
    return method
  },
]

@Suite struct DareTests {
  private static let count = 40_000

  /// Models whose task vectors are one everywhere, but for one model at a position.
  private func ones(only position: Int? = nil, models: Int = 3) throws -> BaseModelPool {
    let names = ["weight", "other"]
    func model(_ value: Double) throws -> InMemoryStateDict {
      try InMemoryStateDict(
        names.map {
          try Tensor(
            TensorName($0), shape: [Self.count],
            values: Array(repeating: value, count: Self.count))
        })
    }
    let pool = try BaseModelPool([("_pretrained_", model(0))])
    for m in 0..<models {
      try pool.addModel("m\(m)", .model(model(position == nil || position == m ? 1 : 0)))
    }
    return pool
  }

  private func values(
    _ method: BaseAlgorithm, _ pool: BaseModelPool, _ name: TensorName = "weight"
  ) throws -> [Double] {
    try #require(try method.run(pool).model).tensor(name).doubles()
  }

  @Test(
    "as many values stay as should, and are rescaled exactly",
    arguments: [0.1, 0.5, 0.9, 0.99], [0, 1, 2])
  func keepRate(_ p: Double, _ model: Int) throws {
    let method = DareTaskArithmetic(scalingFactor: 1, sparsityRatio: p)
    for name: TensorName in ["weight", "other"] {
      let values = try values(method, ones(only: model), name)
      #expect(Set(values) == [0, Double(1 / Float(1 - p))])
      let kept = Double(values.count { $0 != 0 })
      let error = (Double(Self.count) * p * (1 - p)).squareRoot()
      #expect(abs(kept - Double(Self.count) * (1 - p)) < 4 * error)
    }
  }

  @Test("models, tensors and seeds lose different values, and independently")
  func different() throws {
    func kept(_ model: Int, _ name: TensorName, seed: Int? = nil) throws -> [Bool] {
      let method = DareTaskArithmetic(scalingFactor: 1, sparsityRatio: 0.5, seed: seed)
      return try values(method, ones(only: model), name).map { $0 != 0 }
    }
    let masks = [
      try kept(0, "weight"), try kept(1, "weight"), try kept(0, "other"), try kept(2, "other"),
      try kept(0, "weight", seed: 1),
    ]
    for a in masks.indices {
      for b in 0..<a {
        let equal = Double(zip(masks[a], masks[b]).count { $0 == $1 })
        #expect(abs(equal - Double(Self.count) / 2) < 4 * (Double(Self.count) / 4).squareRoot())
      }
    }
    #expect(try kept(0, "weight", seed: 0) == masks[0])
  }

  @Test("the program's seed holds where the method has none")
  func programSeed() throws {
    let program = SeededProgram(seed: 5)
    let method = DareSimpleAverage(sparsityRatio: 0.5)
    method.program = program
    let pool = try ones(models: 1)
    #expect(
      try values(method, pool) == values(DareSimpleAverage(sparsityRatio: 0.5, seed: 5), pool))
    #expect(try values(method, pool) != values(DareSimpleAverage(sparsityRatio: 0.5), pool))
    method.seed = 6
    #expect(
      try values(method, pool) == values(DareSimpleAverage(sparsityRatio: 0.5, seed: 6), pool))
  }

  @Test("the average is that of what is left")
  func average() throws {
    let single = try (0..<3).map { position in
      try values(
        DareTaskArithmetic(scalingFactor: 1, sparsityRatio: 0.5), ones(only: position))
    }
    let average = try values(DareSimpleAverage(sparsityRatio: 0.5), ones())
    for i in 0..<Self.count {
      #expect(abs(average[i] - (single[0][i] + single[1][i] + single[2][i]) / 3) < 1e-7)
    }
  }

  @Test("nothing dropped is task arithmetic; everything dropped, the pre-trained model")
  func extremes() throws {
    let pool = try GoldenModel.pool(dtype: .float32)
    let plain = try #require(try TaskArithmeticAlgorithm(scalingFactor: 0.3).run(pool).model)
    let dare = DareTaskArithmetic(scalingFactor: 0.3, sparsityRatio: 0)
    #expect(try #require(try dare.run(pool).model).allBytes() == plain.allBytes())
    let all = DareTaskArithmetic(scalingFactor: 0.3, sparsityRatio: 1)
    all.rescale = false
    #expect(
      try #require(try all.run(pool).model).allBytes() == pool.loadPretrainedModel().allBytes())
  }

  @Test("without rescaling, values stay as they are")
  func unscaled() throws {
    let method = DareTaskArithmetic(scalingFactor: 1, sparsityRatio: 0.7)
    method.rescale = false
    #expect(try Set(values(method, ones(only: 0))) == [0, 1])
  }

  @Test("cut-offs and signs of DARE TIES are those of the dropped vectors")
  func ties() throws {
    var random = SampleNumbers(seed: 4)
    let vectors = (0..<3).map { _ in
      (0..<9000).map { _ in Double(Float(Int64(bitPattern: random.next())) * 0x1p-63) }
    }
    let zeros = Array(repeating: 0.0, count: 9000)
    // What is left of each model where it stands, found with the other models out of the way.
    let left = try vectors.indices.map { position in
      let models = vectors.indices.map { $0 == position ? vectors[$0] : zeros }
      return try merged(
        DareTaskArithmetic(scalingFactor: 1, sparsityRatio: 0.5, seed: 8),
        pool(base: zeros, models[0], models[1], models[2]))
    }
    let dare = DareTiesMerging(sparsityRatio: 0.5, threshold: 20, seed: 8)
    let ties = TiesMergingAlgorithm(scalingFactor: 0.5, threshold: 20)
    let found = try merged(dare, pool(base: zeros, vectors[0], vectors[1], vectors[2]))
    #expect(try found == merged(ties, pool(base: zeros, left[0], left[1], left[2])))
    #expect(try found != merged(ties, pool(base: zeros, vectors[0], vectors[1], vectors[2])))
  }

  @Test("only weights of linear layers lose values where that is asked for")
  func linearOnly() throws {
    let shapes: [(TensorName, [Int])] = [
      ("model.layers.0.fc.weight", [30, 30]), ("model.layers.0.fc.bias", [900]),
      ("model.embed_tokens.weight", [30, 30]), ("embeddings.position_embedding.weight", [30, 30]),
      ("patch.weight", [9, 4, 5, 5]), ("norm.weight", [900]), ("proj", [30, 30]),
    ]
    func model(_ value: Double) throws -> InMemoryStateDict {
      try InMemoryStateDict(
        shapes.map {
          try Tensor($0, shape: $1, values: Array(repeating: value, count: 900))
        } + [Tensor("steps", dtype: .int64, shape: [2], values: [3 + value, 4])])
    }
    let pool = try BaseModelPool([("_pretrained_", model(0)), ("a", model(1))])
    for method in [
      DareTaskArithmetic(scalingFactor: 1, sparsityRatio: 0.5),
      DareSimpleAverage(sparsityRatio: 0.5),
    ] {
      let all = try #require(try method.run(pool).model)
      for (name, _) in shapes { #expect(try Set(all.tensor(name).doubles()) == [0, 2]) }
      #expect(try all.tensor("steps").doubles() == [3, 4])
      try method.configure(
        ConfigNode(.dictionary(["only_on_linear_weights": ConfigNode(.bool(true))])))
      let linear = try #require(try method.run(pool).model)
      for (name, _) in shapes {
        #expect(
          try Set(linear.tensor(name).doubles()) == (name == shapes[0].0 ? [0, 2] : [1]), "\(name)")
      }
    }
  }

  @Test(
    "a sparsity that is no probability is an error that names it", arguments: [-0.1, 1.5, .nan])
  func noProbability(_ p: Double) {
    for method in [
      DareTaskArithmetic(scalingFactor: 1, sparsityRatio: p), DareSimpleAverage(sparsityRatio: p),
      DareTiesMerging(sparsityRatio: p, threshold: 20),
    ] {
      #expect(
        message { try method.validate() }
          == "sparsity_ratio=\(p): must be from 0 to 1: the probability that a value is dropped")
    }
  }

  @Test("dropping everything leaves nothing to rescale; TIES' own parameters are checked too")
  func otherErrors() {
    #expect(
      message { try DareSimpleAverage(sparsityRatio: 1).validate() }
        == "sparsity_ratio=1.0: nothing stays that could be rescaled by 1/(1 - sparsity_ratio); use less, or rescale=false"
    )
    #expect(
      message { try DareTiesMerging(sparsityRatio: 0.5, threshold: 100).validate() }?
        .hasPrefix("threshold=100.0: must be a percentage") == true)
  }
}

/// A program that has a seed and nothing else.
private final class SeededProgram: FusionProgram {
  let seed: Int?
  let taskpool: BaseTaskPool? = nil
  let fastDevRun = false
  let logDirectory: String? = nil

  init(seed: Int) { self.seed = seed }
}
