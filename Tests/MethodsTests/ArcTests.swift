import ConfigTree
import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

@Suite struct ArcTests {
  private func two(_ a: [Double], _ b: [Double], dtype: DType = .float64) throws -> BaseModelPool {
    try BaseModelPool([("a", single(a, dtype: dtype)), ("b", single(b, dtype: dtype))])
  }

  @Test("halfway between perpendicular vectors the arc is longer than the line")
  func perpendicular() throws {
    let pool = try two([2, 0], [0, 2])
    let onArc = try merged(SlerpMergeAlgorithm(t: 0.5), pool)
    for value in onArc { #expect(abs(value - 2 * 0.5.squareRoot()) < 1e-12) }
    #expect(try merged(LinearInterpolationAlgorithm(t: 0.5), pool) == [1, 1])
  }

  @Test("the ends of both ways are the models")
  func ends() throws {
    let pool = try two([1, 2, 3], [-3, 0, 5])
    for (t, expected) in [(0.0, [1.0, 2, 3]), (1.0, [-3.0, 0, 5])] {
      #expect(try merged(SlerpMergeAlgorithm(t: t), pool) == expected)
      #expect(try merged(LinearInterpolationAlgorithm(t: t), pool) == expected)
    }
  }

  @Test("parallel and antiparallel vectors go in a straight line, whatever the threshold")
  func straight() throws {
    for threshold in [0.9995, 1] {
      let method = SlerpMergeAlgorithm(t: 0.25)
      method.dotThreshold = threshold
      #expect(try merged(method, two([4, 0], [8, 0])) == [5, 0])
      #expect(try merged(method, two([4, 0], [-8, 0])) == [1, 0])
      #expect(try merged(method, two([0, 0], [0, 0])) == [0, 0])
    }
  }

  @Test("a vector of zeros is at a right angle to any other")
  func zero() throws {
    let values = try merged(SlerpMergeAlgorithm(t: 0.5), two([0, 0], [2, 4]))
    for (found, wanted) in zip(values, [2.0, 4]) {
      #expect(abs(found - wanted * 0.5.squareRoot()) < 1e-12)
    }
  }

  @Test("what is not a number makes its tensor so, and no other")
  func notANumber() throws {
    let a = try InMemoryStateDict([
      Tensor("bad", shape: [2], values: [1, .nan]), Tensor("good", shape: [1], values: [1]),
    ])
    let b = try InMemoryStateDict([
      Tensor("bad", shape: [2], values: [2, 0]), Tensor("good", shape: [1], values: [3]),
    ])
    let pool = try BaseModelPool([("a", a), ("b", b)])
    let result = try #require(try SlerpMergeAlgorithm(t: 0.5).run(pool).model)
    #expect(try result.tensor("bad").doubles().allSatisfy(\.isNaN))
    #expect(try result.tensor("good").doubles() == [2])
  }

  @Test("the pre-trained model is one of the two; the first one's integers stay")
  func specialNames() throws {
    let base = try InMemoryStateDict([Tensor("n", dtype: .int64, shape: [1], values: [5])])
    let other = try InMemoryStateDict([Tensor("n", dtype: .int64, shape: [1], values: [9])])
    let pool = try BaseModelPool([("_pretrained_", base), ("a", other)])
    let result = try #require(try SlerpMergeAlgorithm(t: 1).run(pool).model)
    #expect(try result.tensor("n").doubles() == [5])
  }

  @Test("one or three models are refused by number and names")
  func wrongNumber() throws {
    let message = "the method needs exactly two models, special names included, but "
    for method in [SlerpMergeAlgorithm(t: 0.5), LinearInterpolationAlgorithm(t: 0.5)] {
      #expect(
        MethodsTests.message { _ = try method.run(pool(base: [1], [2], [3])) }
          == message + "modelpool.models has 3: [\"_pretrained_\", \"a\", \"b\"]")
      #expect(
        MethodsTests.message { _ = try method.run(BaseModelPool([("a", single([2]))])) }
          == message + "modelpool.models has 1: [\"a\"]")
    }
  }

  @Test(
    "parameters out of range name themselves and their values",
    arguments: [
      ("t", 1.5, "must be from 0 to 1"), ("t", -0.1, "must be from 0 to 1"),
      ("DOT_THRESHOLD", 2, "must be from 0 to 1"), ("epsilon", -1, "must not be negative"),
    ])
  func range(_ key: String, _ value: Double, _ requirement: String) {
    let node = ConfigNode(
      .dictionary([ConfigKey.string(key): ConfigNode(.float(value))]))
    #expect(
      message { try SlerpMergeAlgorithm().configure(node, at: "method") }
        == "method.\(key)=\(value): \(requirement)")
    guard key == "t" else { return }
    #expect(
      message { try LinearInterpolationAlgorithm().configure(node, at: "method") }
        == "method.t=\(value): \(requirement)")
  }
}

@Suite struct ExPOTests {
  @Test("the mean is moved on, and what did not change stays exactly")
  func extrapolates() throws {
    let method = ExPOAlgorithm(extrapolationFactor: 0.5)
    #expect(
      try merged(method, pool(base: [1, 0.1], [3, 0.1], [5, 0.1], dtype: .float64)) == [5.5, 0.1])
    #expect(try merged(ExPOAlgorithm(extrapolationFactor: -1), pool(base: [1], [3])) == [1])
  }

  @Test("fixed layers may be half of them, or a number, and nothing else")
  func layerCounts() throws {
    let method = ExPOAlgorithmForLlama()
    func set(_ value: ConfigValue) throws {
      try method.configure(
        ConfigNode(.dictionary(["fix_last_n_layers": ConfigNode(value)])), at: "method")
    }
    try set(.string("half"))
    #expect(method.fixedLastLayers == .half)
    try set(.int(3))
    #expect(method.fixedLastLayers == .layers(3))
    for (value, text) in [(ConfigValue.string("all"), "all"), (.int(-1), "-1")] {
      #expect(
        message { try set(value) }
          == "method.fix_last_n_layers is \(text), but must be a number of layers or half")
    }
  }

  /// Models of one layer, an embedding and a head.
  private static func llamas(_ dtype: DType) throws -> BaseModelPool {
    let shapes: [(TensorName, [Int])] = [
      ("model.embed_tokens.weight", [6, 4]), ("model.layers.0.self_attn.q_proj.weight", [4, 4]),
      ("model.layers.0.mlp.up_proj.weight", [300, 4]), ("model.layers.0.mlp.up_proj.bias", [300]),
      ("model.norm.weight", [4]), ("lm_head.weight", [6, 4]),
    ]
    return try BaseModelPool(
      ["_pretrained_", "a", "b"].enumerated().map { model, name in
        let tensors = try shapes.enumerated().map { number, one in
          try Tensor(
            one.0, dtype: dtype, shape: one.1,
            values: (0..<one.1.reduce(1, *)).map { wavy(model, number + 1, $0) })
        }
        return (name, try InMemoryStateDict(tensors))
      })
  }

  private static func withDare(_ ratio: Double) -> ExPOWithDareForLLama {
    let method = ExPOWithDareForLLama()
    (method.extrapolationFactor, method.attentionScalingFactor) = (0.5, 0.25)
    (method.sparsityRatio, method.seed) = (ratio, 7)
    return method
  }

  @Test(
    "ExPO with DARE goes on from what DARE gives; without drops it is ExPO", arguments: [0, 0.6])
  func dare(_ ratio: Double) throws {
    let pool = try Self.llamas(.float64)
    let method = Self.withDare(ratio)
    let found = try #require(try method.run(pool).model)
    let average = DareSimpleAverage(sparsityRatio: ratio, seed: 7)
    average.onlyOnLinearWeights = true
    let mean = try #require(try average.run(pool).model)
    let base = try pool.loadPretrainedModel()
    let factors = [0, 0.125, 0.5, 0, 0, 0]
    for (position, factor) in factors.enumerated() {
      let start = try base.tensor(at: position).doubles()
      let middle = try mean.tensor(at: position).doubles()
      for (i, value) in try found.tensor(at: position).doubles().enumerated() {
        #expect(abs(value - (middle[i] + factor * (middle[i] - start[i]))) < 1e-14)
      }
    }
    guard ratio == 0 else { return }
    let plain = ExPOAlgorithmForLlama()
    (plain.extrapolationFactor, plain.attentionScalingFactor) = (0.5, 0.25)
    let expected = try #require(try plain.run(pool).model)
    for position in factors.indices {
      let pairs = try zip(
        found.tensor(at: position).doubles(), expected.tensor(at: position).doubles())
      #expect(pairs.allSatisfy { abs($0 - $1) < 1e-14 })
    }
  }

  @Test("ExPO with DARE gives the same bytes for 1, 2, 3 and 5 ranks")
  func dareRanks() throws {
    let alone = try #require(try Self.withDare(0.4).run(Self.llamas(.bfloat16)).model)
    let expected = try alone.allBytes()
    for ranks in [1, 2, 3, 5] {
      let parts = try ThreadFabric.run(ranks: ranks, threads: 1) { fabric in
        let pool = try Self.llamas(.bfloat16)
        let method = Self.withDare(0.4)
        (pool.fabric, method.fabric) = (fabric, fabric)
        let merge = try #require(try method.run(pool).model)
        return try merge.bytes(
          of: merge.slices(part: fabric.globalRank, of: ranks, limit: 1024))
      }
      let isSame = parts.flatMap { $0 } == expected
      #expect(isSame, "\(ranks) ranks")
    }
  }

  @Test("a ratio that is no probability is told under its own name")
  func dareRatio() throws {
    #expect(message { try Self.withDare(1.5).validate() }?.hasPrefix("dare_sparsity_ratio") == true)
    let text = message { try Self.withDare(1).validate() }
    #expect(text?.contains("1/(1 - dare_sparsity_ratio)") == true)
  }

  @Test("a model without layers is no Llama")
  func notALlama() throws {
    #expect(
      message { _ = try ExPOAlgorithmForLlama().run(pool(base: [1], [2])) }
        == "modelpool.models._pretrained_ has no tensors 'model.layers.*': it is no language model of this layout"
    )
  }
}

@Suite struct ModelStockTests {
  @Test("the same change twice is taken, opposite changes are not, nor is none")
  func angles() throws {
    let same = try merged(ModelStock(), pool(base: [1, 1], [2, 3], [2, 3], dtype: .float64))
    for (found, wanted) in zip(same, [2.0, 3]) { #expect(abs(found - wanted) < 1e-7) }
    let square = try merged(ModelStock(), pool(base: [1, 1], [2, 1], [1, 2], dtype: .float64))
    for found in square { #expect(abs(found - 1) < 1e-7) }
    #expect(try merged(ModelStock(), pool(base: [1, 1], [1, 1], [1, 1])) == [1, 1])
  }

  @Test("one model is too few")
  func oneModel() throws {
    #expect(
      message { _ = try ModelStock().run(pool(base: [1], [2])) }
        == "the method needs two models or more besides '_pretrained_', but modelpool.models has 1: [\"a\"]"
    )
  }
}

@Suite struct BackboneTests {
  /// A language model of one layer whose vocabulary has its own size.
  private func model(_ value: Double, words: Int) throws -> InMemoryStateDict {
    try InMemoryStateDict([
      Tensor(
        "model.embed_tokens.weight", shape: [words], values: .init(repeating: value, count: words)),
      Tensor("model.layers.0.mlp.weight", shape: [2], values: [value, 2 * value]),
      Tensor("model.norm.weight", shape: [1], values: [value]),
      Tensor("lm_head.weight", shape: [words], values: .init(repeating: value, count: words)),
    ])
  }

  private func pool(words: [Int] = [2, 3, 4]) throws -> BaseModelPool {
    try BaseModelPool(
      zip(["_pretrained_", "a", "b"], words).enumerated().map { t, entry in
        (entry.0, try model(Double(10 * t), words: entry.1))
      })
  }

  private func first(_ model: any StateDict, _ name: TensorName) throws -> Double {
    try model.tensor(name).doubles()[0]
  }

  @Test("only the layers are merged; vocabularies may differ")
  func layers() throws {
    let average = SimpleAverageForCausalLM()
    let arithmetic = TaskArithmeticForCausalLM(scalingFactor: 0.5)
    let ties = TiesMergingForCausalLM(scalingFactor: 1, threshold: 50, mergeFunction: .max)
    average.mergeBackbone = true
    arithmetic.mergeBackbone = true
    ties.mergeBackbone = true
    for (method, expected): (BaseAlgorithm, Double) in [
      (average, 15), (arithmetic, 15), (ties, 20),
    ] {
      let result = try #require(try method.run(pool()).model)
      #expect(try first(result, "model.layers.0.mlp.weight") == expected)
      #expect(try result.tensor("model.embed_tokens.weight").doubles() == [0, 0])
      #expect(try first(result, "lm_head.weight") == 0 && first(result, "model.norm.weight") == 0)
      #expect(result.manifest.tensors.map(\.name.string).first == "model.embed_tokens.weight")
    }
  }

  @Test("the body is all but the head, and needs no pre-trained model")
  func body() throws {
    let method = WeightedAverageForLLama(weights: [3, 1], normalize: true)
    method.verbose = false
    let same = try #require(try method.run(pool(words: [2, 2, 2])).model)
    #expect(try first(same, "model.norm.weight") == 12.5 && first(same, "lm_head.weight") == 0)
    let pair = try BaseModelPool([("a", model(10, words: 2)), ("b", model(20, words: 2))])
    let without = try #require(try method.run(pair).model)
    #expect(try first(without, "model.embed_tokens.weight") == 12.5)
    #expect(try first(without, "lm_head.weight") == 10)
    method.backboneOnly = false
    #expect(try first(#require(try method.run(pair).model), "lm_head.weight") == 12.5)
  }

  @Test("the merge is rounded once into another type")
  func casting() throws {
    let method = SimpleAverageForCausalLM()
    method.mergeBackbone = true
    let half = try #require(try method.run(pool()).model).casting(to: .float16)
    #expect(half.manifest.tensors.allSatisfy { $0.dtype == .float16 })
    #expect(try half.tensor("model.layers.0.mlp.weight").doubles() == [15, 30])
    #expect(try half.tensor("lm_head.weight").doubles() == [0, 0])
  }

  @Test("what is missing is named")
  func missing() throws {
    let method = TaskArithmeticForCausalLM()
    method.mergeBackbone = true
    #expect(
      message { _ = try method.run(GoldenModel.pool()) }
        == "modelpool.models._pretrained_ has no tensors 'model.layers.*': it is no language model of this layout"
    )
    #expect(
      message { _ = try method.run(BaseModelPool([("a", model(1, words: 1))])) }?
        .hasPrefix("the method needs a model called '_pretrained_'") == true)
    let hub = ConfigNode(.dictionary(["push_to_hub": ConfigNode(.bool(true))]))
    #expect(
      message { try WeightedAverageForLLama().configure(hub, at: "method") }
        == "method.push_to_hub=true: nothing is uploaded; use false")
  }
}
