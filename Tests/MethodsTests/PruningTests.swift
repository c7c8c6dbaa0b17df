import ConfigTree
import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

@Suite struct MagnitudeDiffPruningTests {
  @Test("half of each row's changes are undone, as FusionBench does")
  func golden() throws {
    let row =
      "0.8894834077|0.9092974268|1.0588000645|-0.9165215479|-0.8317747426|-0.7682546613|1.104285393|5.098086259|10.70941451"
    let pool = try GoldenModel.pool(models: 1)
    let result = try MagnitudeDiffPruningAlgorithm(pruneRatio: 0.5).run(pool)
    let columns = try goldenColumns(of: try #require(result.model))
    for ((found, expected), tolerance) in zip(zip(columns, goldenRow(row)), GoldenTests.tolerances)
    {
      #expect(abs(found - expected) <= tolerance)
    }
  }

  private func matrix(_ values: [Double], columns: Int) throws -> InMemoryStateDict {
    try InMemoryStateDict([
      Tensor("fc.weight", shape: [values.count / columns, columns], values: values),
      Tensor("fc.bias", shape: [2], values: [values[0], 1]),
    ])
  }

  private func pruned(
    _ method: MagnitudeDiffPruningAlgorithm, _ values: [Double], columns: Int
  ) throws -> [Double] {
    let pool = try BaseModelPool([
      ("_pretrained_", matrix(values.map { _ in 10 }, columns: columns)),
      ("a", matrix(values.map { $0 + 10 }, columns: columns)),
    ])
    let model = try #require(try method.run(pool).model)
    #expect(try model.tensor("fc.bias").doubles() == [10, 1])
    return try model.tensor("fc.weight").doubles().map { $0 - 10 }
  }

  @Test("the smallest or largest of each row go, the first among equals")
  func minorAndMajor() throws {
    let rows: [Double] = [1, -2, 3, -4, 5, 5, -5, 1]
    let minor = MagnitudeDiffPruningAlgorithm(pruneRatio: 0.5)
    #expect(try pruned(minor, rows, columns: 4) == [0, 0, 3, -4, 0, 5, -5, 0])
    let major = MagnitudeDiffPruningAlgorithm(pruneRatio: 0.5, pruneType: .major)
    #expect(try pruned(major, rows, columns: 4) == [1, -2, 0, 0, 0, 0, -5, 1])
    // int(5 · 0.5) of five columns.
    #expect(
      try pruned(minor, [1, 2, 3, 4, 5, 9, 8, 7, 6, 5], columns: 5)
        == [0, 0, 3, 4, 5, 9, 8, 7, 0, 0])
  }

  @Test("embeddings are told from linear layers by their names")
  func embeddings() throws {
    func model(_ value: Double) throws -> InMemoryStateDict {
      let names = ["embed_tokens", "emb", "tok_emb", "wte", "member", "ember_fc"]
      return try InMemoryStateDict(
        names.map {
          try Tensor(TensorName("\($0).weight"), shape: [1, 2], values: [value, 2 * value])
        })
    }
    let pool = try BaseModelPool([("_pretrained_", model(0)), ("a", model(1))])
    let merge = try #require(try MagnitudeDiffPruningAlgorithm(pruneRatio: 0.5).run(pool).model)
    for (name, expected) in [
      ("embed_tokens", [0.0, 0]), ("emb", [0, 0]), ("tok_emb", [0, 0]), ("wte", [0, 0]),
      ("member", [0, 2]), ("ember_fc", [0, 2]),
    ] {
      #expect(try merge.tensor(TensorName("\(name).weight")).doubles() == expected, "\(name)")
    }
  }

  @Test(
    "rescale multiplies: null by 1, true and 1 by 1/ratio, false by 0, a number by itself",
    arguments: zip(
      [ConfigValue.null, .bool(true), .int(1), .bool(false), .float(0.5), .int(3)],
      [4.0, 16, 16, 0, 2, 12]))
  func rescale(_ value: ConfigValue, _ expected: Double) throws {
    let method = MagnitudeDiffPruningAlgorithm(pruneRatio: 0.25)
    method.rescale = ConfigNode(value)
    #expect(try pruned(method, [1, 2, 3, 4], columns: 4)[3] == expected)
  }

  @Test("bad parameters are errors that name them")
  func errors() throws {
    func error(_ change: (MagnitudeDiffPruningAlgorithm) -> Void) -> String? {
      let method = MagnitudeDiffPruningAlgorithm(pruneRatio: 0.5)
      change(method)
      return message { try method.validate() }
    }
    #expect(error { $0.pruneRatio = 1.5 } == "prune_ratio=1.5: must be from 0 to 1")
    #expect(
      error {
        $0.pruneRatio = 0
        $0.rescale = ConfigNode(.bool(true))
      } == "rescale=true: divides by prune_ratio, which is 0")
    #expect(
      error { $0.rescale = ConfigNode(.string("yes")) }
        == "rescale is 'yes', but must be null, a bool or a finite number")
    #expect(
      error { $0.extractNames = ["("] } == "extract_names=(: is not a regular expression")
    let method = MagnitudeDiffPruningAlgorithm(pruneRatio: 0.5)
    #expect(
      message { _ = try method.run(GoldenModel.pool(models: 2)) }
        == "the method needs one model besides '_pretrained_', but modelpool.models has 2: [\"a\", \"b\"]"
    )
    method.extractNames = ["encoder"]
    #expect(
      message { _ = try method.run(GoldenModel.pool(models: 1)) }
        == "method.extract_names=[\"encoder\"]: matches 'encoder.fc.bias' of shape [6]; only matrices have rows to prune"
    )
    method.extractNames = ["decoder"]
    #expect(
      message { _ = try method.run(GoldenModel.pool(models: 1)) }
        == "method.extract_names=[\"decoder\"]: matches the beginning of no tensor's name")
  }
}

@Suite struct LayerPruningTests {
  /// One model of a stack of layers and other tensors, with no value of 0.
  private static func model(columns: Int = 48) throws -> InMemoryStateDict {
    var random = SampleNumbers(seed: 12)
    func tensor(_ name: TensorName, _ shape: [Int]) throws -> Tensor {
      try Tensor(
        name, shape: shape,
        values: (0..<shape.reduce(1, *)).map { _ in Double(random.next() >> 40) * 0x1p-24 + 0.5 })
    }
    return try InMemoryStateDict([
      tensor("model.embed_tokens.weight", [7, columns]),
      tensor("model.layers.0.mlp.up_proj.weight", [40, columns]),
      tensor("model.layers.1.mlp.up_proj.weight", [40, columns]),
      tensor("model.layers.0.norm.weight", [columns]), tensor("lm_head.weight", [7, columns]),
      Tensor("model.layers.0.steps", dtype: .int64, shape: [1], values: [3]),
    ])
  }

  private func run(_ method: BaseAlgorithm, columns: Int = 48) throws -> any StateDict {
    try #require(
      try method.run(BaseModelPool([("a", try Self.model(columns: columns))])).model)
  }

  private func rows(_ model: any StateDict, _ layer: Int) throws -> [[Double]] {
    let name = TensorName("model.layers.\(layer).mlp.up_proj.weight")
    let tensor = try model.tensor(name)
    let columns = tensor.info.shape[1]
    let values = tensor.doubles()
    return stride(from: 0, to: values.count, by: columns).map {
      Array(values[$0..<$0 + columns])
    }
  }

  @Test("each row loses its share, and nothing else is touched", arguments: [0, 0.3, 0.5, 1])
  func share(_ ratio: Double) throws {
    let original = try Self.model()
    for method: BaseAlgorithm in [
      MagnitudePruningForLlama(sparsityRatio: ratio), RandomPruningForLlama(sparsityRatio: ratio),
    ] {
      let model = try run(method)
      for layer in 0...1 {
        for (row, before) in zip(try rows(model, layer), try rows(original, layer)) {
          #expect(row.count { $0 == 0 } == Int(48 * ratio))
          #expect(zip(row, before).allSatisfy { $0 == 0 || $0 == $1 })
        }
      }
      for name: TensorName in [
        "model.embed_tokens.weight", "model.layers.0.norm.weight",
        "lm_head.weight", "model.layers.0.steps",
      ] {
        #expect(try model.tensor(name).doubles() == original.tensor(name).doubles())
      }
    }
  }

  @Test("n of every m neighbours go", arguments: zip([0, 1, 2, 4], [4, 2, 4, 4]))
  func groups(_ n: Int, _ m: Int) throws {
    for method: BaseAlgorithm in [
      MagnitudePruningForLlama(n: n, of: m), RandomPruningForLlama(n: n, of: m),
    ] {
      for row in try rows(run(method), 1) {
        for start in stride(from: 0, to: row.count, by: m) {
          #expect(row[start..<start + m].count { $0 == 0 } == n)
        }
      }
    }
  }

  @Test("random choices are spread over the columns, and others in another layer or for a seed")
  func random() throws {
    let method = RandomPruningForLlama(sparsityRatio: 0.5)
    let model = try run(method)
    let masks = try [rows(model, 0), rows(model, 1)].map { $0.joined().map { $0 == 0 } }
    let other = try rows(run(RandomPruningForLlama(sparsityRatio: 0.5, seed: 1)), 0)
      .joined().map { $0 == 0 }
    let count = Double(masks[0].count)
    for (a, b) in [(masks[0], masks[1]), (masks[0], other)] {
      let equal = Double(zip(a, b).count { $0 == $1 })
      #expect(abs(equal - count / 2) < 4 * (count / 4).squareRoot())
    }
    #expect(try rows(run(method), 0).joined().map { $0 == 0 } == masks[0])
    // Every column loses 20 of its 40 values, on average.
    for column in 0..<48 {
      let lost = Double(try rows(model, 0).count { $0[column] == 0 })
      #expect(abs(lost - 20) < 5 * 10.0.squareRoot())
    }
  }

  @Test("bad parameters are errors that name them")
  func errors() throws {
    #expect(
      message { try RandomPruningForLlama(sparsityRatio: 1.2).validate() }
        == "sparsity_ratio=1.2: must be from 0 to 1: the share of each row that is pruned")
    #expect(
      message { try MagnitudePruningForLlama(n: 5, of: 4).validate() }
        == "n=5: must be from 0 to m=4: n of every m elements are pruned")
    #expect(
      message { try RandomPruningForLlama(n: 0, of: 0).validate() } == "m=0: must be at least 1")
    let method = MagnitudePruningForLlama(sparsityRatio: 0.5)
    method.dtype = "int8"
    #expect(
      message { try method.validate() }
        == "dtype=int8: must be float64, float32, float16, bfloat16 or null")
    #expect(
      message { _ = try run(MagnitudePruningForLlama(n: 3, of: 4), columns: 10) }
        == "method.m=4: the 10 columns of 'model.layers.0.mlp.up_proj.weight' leave a group of 2, of which 3 cannot be pruned"
    )
    #expect(
      message { _ = try method.run(BaseModelPool([("a", single([1]))])) }?.contains("dtype=int8")
        == true)
    method.dtype = nil
    #expect(
      message { _ = try method.run(BaseModelPool([("a", single([1]))])) }
        == "modelpool.models=state dict in memory: has no weight of a linear layer called like 'model.layers.0.mlp.up_proj.weight'"
    )
  }

  static let methods: [MethodCase] = [
    MethodCase(testDescription: "magnitude pruning") {
      MagnitudePruningForLlama(sparsityRatio: 0.4)
    },
    MethodCase(testDescription: "magnitude pruning 2:4") { MagnitudePruningForLlama(n: 2, of: 4) },
    MethodCase(testDescription: "random pruning") { RandomPruningForLlama(sparsityRatio: 0.4) },
    MethodCase(testDescription: "random pruning 1:3") { RandomPruningForLlama(n: 1, of: 3) },
  ]

  @Test("any slices give the same bytes, in any type", arguments: methods)
  func slices(_ method: MethodCase) throws {
    let model = try run(method.make())
    let whole = try model.allBytes()
    for limit in [1, 7, 48, 100, 1 << 20] {
      for parts in 1...5 {
        let slices = (0..<parts).flatMap {
          model.manifest.slices(part: $0, of: parts, limit: limit)
        }
        #expect(try model.bytes(of: slices) == whole)
      }
    }
    let half = try model.casting(to: .float16)
    #expect(try half.bytes(of: half.manifest.slices(limit: 31)) == half.allBytes())
  }
}
