import ConfigTree
import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

@Suite struct LoRAExtractionTests {
  private static let ranks = 3

  private static func numbers(_ seed: UInt64, _ count: Int) -> [Double] {
    var random = SampleNumbers(seed: seed)
    return (0..<count).map { _ in Double(Int64(bitPattern: random.next())) * 0x1p-63 }
  }

  /// A change of rank 3, row after row.
  private static func change(_ seed: UInt64, _ rows: Int, _ columns: Int) -> [Double] {
    let left = numbers(seed, rows * ranks)
    let right = numbers(seed + 1, ranks * columns)
    return (0..<rows * columns).map { element in
      (0..<ranks).reduce(0) {
        $0 + left[element / columns * ranks + $1] * right[$1 * columns + element % columns]
      }
    }
  }

  private static let shapes: [(TensorName, [Int], isLowRank: Bool)] = [
    ("embed_tokens.weight", [30, 8], false), ("layers.0.q_proj.weight", [8, 8], true),
    ("layers.0.up_proj.weight", [20, 8], true), ("layers.0.up_proj.bias", [20], false),
    ("layers.0.norm.weight", [8], false), ("conv.weight", [6, 3, 2, 2], true),
    ("layers.1.q_proj.weight", [8, 8], true),
  ]

  /// Base and model; the last tensor is the same in both.
  private static func models(_ dtype: DType = .float64) throws -> [InMemoryStateDict] {
    let base = shapes.enumerated().map { numbers(UInt64(100 + $0), $1.1.reduce(1, *)) }
    let tuned = try zip(shapes, base).enumerated().map { number, pair in
      let (name, shape, isLowRank) = pair.0
      let rows = shape[0]
      let columns = shape.dropFirst().reduce(1, *)
      let seed = UInt64(200 + 2 * number)
      let change = isLowRank ? change(seed, rows, columns) : numbers(seed, rows * columns)
      let isSame = number == shapes.count - 1
      return try Tensor(
        name, dtype: dtype, shape: shape,
        values: zip(pair.1, change).map { isSame ? $0 : $0 + 0.1 * $1 })
    }
    return [
      try InMemoryStateDict(
        zip(shapes, base).map {
          try Tensor($0.0, dtype: dtype, shape: $0.1, values: $1)
        }, label: "base"),
      try InMemoryStateDict(tuned, label: "a"),
    ]
  }

  private static func pool(_ dtype: DType = .float64) throws -> BaseModelPool {
    let models = try models(dtype)
    return try BaseModelPool([("_pretrained_", models[0]), ("a", models[1])])
  }

  private func adapter(
    _ dtype: DType = .float64, _ change: (LoRAExtraction) -> Void = { _ in }
  ) throws -> any AdapterStateDict {
    let method = LoRAExtraction()
    method.rank = 4
    change(method)
    let result = try method.run(Self.pool(dtype)).model
    return try #require(result as? any AdapterStateDict)
  }

  /// B·A of a module as values of its weight.
  private func product(_ adapter: any StateDict, _ module: String) throws -> [Double] {
    let isEmbedding = module.contains("embed")
    let names = isEmbedding ? ["lora_embedding_A", "lora_embedding_B"] : ["lora_A", "lora_B"]
    let end = isEmbedding ? "" : ".weight"
    let (a, b) = (
      try adapter.tensor(TensorName("base_model.model.\(module).\(names[0])\(end)")),
      try adapter.tensor(TensorName("base_model.model.\(module).\(names[1])\(end)"))
    )
    let (rank, rows) = (a.info.shape[0], b.info.shape[0])
    let columns = a.info.count / rank
    let (x, y) = (a.doubles(), b.doubles())
    func value(_ row: Int, _ column: Int) -> Double {
      (0..<rank).reduce(0) { $0 + y[row * rank + $1] * x[$1 * columns + column] }
    }
    // An embedding is the transpose.
    return isEmbedding
      ? (0..<columns).flatMap { column in (0..<rows).map { value($0, column) } }
      : (0..<rows).flatMap { row in (0..<columns).map { value(row, $0) } }
  }

  private func expectProduct(
    _ adapter: any StateDict, _ module: String, within tolerance: Double
  ) throws {
    let models = try Self.models()
    let name = TensorName("\(module).weight")
    let change = zip(try models[1].tensor(name).doubles(), try models[0].tensor(name).doubles())
    for (found, pair) in zip(try product(adapter, module), change) {
      #expect(abs(found - (pair.0 - pair.1)) < tolerance)
    }
  }

  @Test("a change of low rank comes back", arguments: [true, false])
  func roundTrip(_ distributes: Bool) throws {
    let adapter = try adapter { $0.distributesScale = distributes }
    for module in ["layers.0.q_proj", "layers.0.up_proj", "conv"] {
      try expectProduct(adapter, module, within: 1e-12)
    }
    let b = try adapter.tensor("base_model.model.conv.lora_B.weight")
    #expect(b.info.shape == [6, 4, 1, 1] && b.info.dtype == .float64)
    // What is unchanged takes no part; what cannot be decomposed is whole.
    let names = adapter.manifest.tensors.map(\.name.string)
    #expect(names.allSatisfy { !$0.contains("layers.1") })
    #expect(
      names.filter { !$0.contains("lora") } == [
        "base_model.model.embed_tokens.weight",
        "base_model.model.layers.0.up_proj.base_layer.bias",
        "base_model.model.layers.0.norm.weight",
      ])
    let norm = try adapter.tensor("base_model.model.layers.0.norm.weight").doubles()
    #expect(norm == (try Self.models()[1].tensor("layers.0.norm.weight").doubles()))
  }

  @Test("A and B have one scale and one sign")
  func convention() throws {
    let shared = try adapter()
    let heavy = try adapter { $0.distributesScale = false }
    let names: (TensorName, TensorName) = (
      "base_model.model.layers.0.up_proj.lora_A.weight",
      "base_model.model.layers.0.up_proj.lora_B.weight"
    )
    let (a, b) = (try shared.tensor(names.0).doubles(), try shared.tensor(names.1).doubles())
    let (unit, scaled) = (try heavy.tensor(names.0).doubles(), try heavy.tensor(names.1).doubles())
    for rank in 0..<3 {
      let row = a[rank * 8..<(rank + 1) * 8].reduce(0) { $0 + $1 * $1 }
      let column = (0..<20).map { b[$0 * 4 + rank] }
      // Both have the root of the singular value; the largest entry of B's column is positive.
      #expect(abs(row - column.reduce(0) { $0 + $1 * $1 }) < 1e-12)
      let largest = try #require(column.max { abs($0) < abs($1) })
      #expect(largest > 0)
      let one = unit[rank * 8..<(rank + 1) * 8].reduce(0) { $0 + $1 * $1 }
      #expect(abs(one - 1) < 1e-12)
      #expect(abs(scaled[rank] - b[rank] * row.squareRoot()) < 1e-12)
    }
    // The fourth direction holds nothing.
    #expect(a[24...].allSatisfy { $0 == 0 })
  }

  @Test("a share of the change decides the rank; other ranks than the usual one are named")
  func energy() throws {
    let adapter = try adapter {
      $0.energy = 1 - 1e-9
      $0.rank = 8
      $0.embeddings = .lora
    }
    for module in ["layers.0.q_proj", "layers.0.up_proj", "conv", "embed_tokens"] {
      try expectProduct(adapter, module, within: 1e-4)
    }
    let config = adapter.adapterConfiguration
    #expect(config["r"] == .integer(3) && config["lora_alpha"] == .integer(3))
    #expect(config["rank_pattern"] == .object(["embed_tokens": .integer(8)]))
    #expect(config["alpha_pattern"] == config["rank_pattern"])
    #expect(config["bias"] == .string("all"))
    #expect(config["modules_to_save"] == .array([.string("layers.0.norm")]))
    let few = try self.adapter { $0.energy = 0.5 }
    let conv = try #require(few.manifest.position(of: "base_model.model.conv.lora_A.weight"))
    #expect((1...2).contains(few.manifest.tensors[conv].shape[0]))
  }

  @Test("patterns and names choose modules")
  func selection() throws {
    let some = try adapter {
      $0.include = ["layers\\."]
      $0.exclude = ["up_"]
      $0.others = .skip
    }
    #expect(
      some.manifest.tensors.map(\.name.string) == [
        "base_model.model.layers.0.q_proj.lora_A.weight",
        "base_model.model.layers.0.q_proj.lora_B.weight",
      ])
    #expect(some.adapterConfiguration["modules_to_save"] == .null)
    let whole = try adapter {
      $0.saveModules = ["q_proj"]
      $0.embeddings = .skip
    }
    let names = whole.manifest.tensors.map(\.name.string)
    #expect(names.contains("base_model.model.layers.0.q_proj.weight"))
    #expect(!names.contains { $0.contains("embed") })
  }

  @Test("narrow models give float32 factors; a cast rounds them once")
  func types() throws {
    let adapter = try adapter(.bfloat16)
    let name: TensorName = "base_model.model.layers.0.q_proj.lora_A.weight"
    #expect(try adapter.tensor(name).info.dtype == .float32)
    #expect(try adapter.casting(to: .float16).tensor(name).info.dtype == .float16)
  }

  @Test("any number of ranks makes the same bytes", arguments: [nil, 0.8])
  func rankInvariance(_ energy: Double?) throws {
    @Sendable func make() -> LoRAExtraction {
      let method = LoRAExtraction()
      method.rank = 4
      method.energy = energy
      method.embeddings = .lora
      return method
    }
    let alone = try #require(try make().run(Self.pool()).model)
    let expected = try alone.allBytes()
    for ranks in 1...4 {
      let parts = try ThreadFabric.run(ranks: ranks, threads: 2) { fabric in
        let (pool, method) = (try Self.pool(), make())
        pool.fabric = fabric
        method.fabric = fabric
        let adapter = try #require(try method.run(pool).model)
        let slices = adapter.slices(part: fabric.globalRank, of: ranks, limit: 7)
        return try slices.map { (slice: $0, bytes: try adapter.bytes(of: [$0])) }
      }
      let all = parts.joined().sorted {
        ($0.slice.tensor, $0.slice.elements.lowerBound)
          < ($1.slice.tensor, $1.slice.elements.lowerBound)
      }
      let isSame = all.flatMap(\.bytes) == expected
      #expect(isSame, "\(ranks) ranks")
    }
  }

  @Test("wrong parameters and models that do not differ are refused")
  func refusals() throws {
    let method = LoRAExtraction()
    method.energy = 1.5
    #expect(throws: ParameterError.self) { try method.validate() }
    method.energy = nil
    method.include = ["("]
    #expect(throws: ParameterError.self) { try method.validate() }
    method.include = []
    method.rank = 0
    #expect(throws: ParameterError.self) { try method.validate() }
    method.rank = 1
    for (change, message) in [
      (
        { $0.saveModules = ["q_projx"] },
        "method.save_modules=q_projx: no such module; did you mean 'q_proj'?"
      ), ({ $0.saveModules = ["proj"] }, "method.save_modules=proj"),
      ({ $0.include = ["a_proj"] }, "method.include=a_proj: occurs in the path of no module"),
      ({ $0.exclude = ["a_proj"] }, "method.exclude=a_proj"),
    ] as [((LoRAExtraction) -> Void, String)] {
      let error = #expect(throws: AgreedError.self) { try adapter(.float32, change) }
      #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }
    let base = try Self.models()[0]
    let same = try BaseModelPool([("_pretrained_", base), ("a", base)])
    let error = #expect(throws: AgreedError.self) { try method.run(same) }
    #expect(error?.description.contains("differ") == true)
  }
}
