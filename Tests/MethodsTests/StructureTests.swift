import ConfigTree
import FusionCore
import FusionTestSupport
import OrderedCollections
import Tensors
import Testing

@testable import Methods

/// A model whose tensors hold one number each: 100 m + k for tensor k.
func numbered(
  _ names: [String], model: Int = 0, shape: [Int] = [2], dtype: DType = .float32,
  configuration: JSONValue? = nil
) throws -> any StateDict {
  let tensors = try names.enumerated().map { k, name in
    try Tensor(
      TensorName(name), dtype: dtype, shape: shape,
      values: Array(repeating: Double(100 * model + k), count: shape.reduce(1, *)))
  }
  let model = try InMemoryStateDict(tensors, label: "m\(model)")
  return try RedirectedStateDict(
    tensors.indices.map { .init(name: tensors[$0].info.name, source: 0, position: $0) },
    of: [model], label: model.label, configuration: configuration)
}

/// Names and numbers of a model made of such models.
func numbers(_ model: any StateDict) throws -> OrderedDictionary<String, Double> {
  var numbers: OrderedDictionary<String, Double> = [:]
  for tensor in model.manifest.tensors {
    numbers[tensor.name.string] = try model.tensor(tensor.name).doubles()[0]
  }
  return numbers
}

private let llamaNames =
  ["model.embed_tokens.weight"]
  + (0..<3).flatMap { layer in
    ["a.weight", "b.weight"].map { "model.layers.\(layer).\($0)" }
  } + ["model.norm.weight", "lm_head.weight"]

private let llamaConfig = JSONValue.object([
  "model_type": .string("llama"), "num_hidden_layers": .integer(3),
  "layer_types": .array([.string("x"), .string("y"), .string("z")]),
])

@Suite struct DepthUpscalingTests {
  private func indices(_ items: ConfigValue...) throws -> LayerIndices {
    try LayerIndices.decode(ConfigNode(.list(items.map { ConfigNode($0) })), key: "layer_indices")
  }

  @Test("layers are Python's integers and ranges")
  func ranges() throws {
    let table: [([ConfigValue], [Int])] = [
      ([.int(0), .int(2), .int(-1)], [0, 2, 9]), ([.string("range(3)")], [0, 1, 2]),
      ([.string("range(0,4)"), .string(" range( 2 , 5 ) ")], [0, 1, 2, 3, 2, 3, 4]),
      ([.string("range(9,-1,-3)")], [9, 6, 3, 0]), ([.string("range(-2,2)")], [8, 9, 0, 1]),
      ([.string("list(range(1,9,4))")], [1, 5]), ([.string("range(5,5)"), .int(1)], [1]),
      ([.string("range(5,9,-1)")], []),
    ]
    for (items, expected) in table {
      let list = try LayerIndices.decode(ConfigNode(.list(items.map { ConfigNode($0) })), key: "k")
      #expect(try list.resolved(count: 10, key: "k", label: "m") == expected)
      #expect(try LayerIndices.decode(list.encoded(), key: "k") == list)
    }
  }

  @Test(
    "what is no list of layers is refused, and nothing is evaluated",
    arguments: [
      "range()", "range(1,2,3,4)", "range(0,4,0)", "range(a)", "__import__('os').getpid()",
      "range(1,2); 1", "[0,1]", "3", "", "range(99999999999999999999)",
      "range(1,9223372036854775807)",
    ])
  func refusedTexts(_ text: String) {
    #expect(throws: ParameterError.self) { try indices(.string(text)) }
    let said = message { _ = try indices(.int(0), .string(text)) }
    #expect(
      said?.contains("layer_indices[1] is ") == true && said?.contains("range(start,stop)") == true)
  }

  @Test("a layer that the model does not have is named")
  func missingLayers() throws {
    let model = try numbered(["0.w", "1.w", "2.w"])
    for (item, index) in [
      (.int(3), 3), (.int(-4), -4), (.string("range(1,1000000000)"), 3),
      (.string("range(0,-1000000000,-1)"), -4),
    ] as [(ConfigValue, Int)] {
      let method = DepthUpscalingAlgorithm(try indices(.int(0), item))
      #expect(
        message { _ = try method.run(toModelPool([model])) }
          == "method.layer_indices[1] names layer \(index), but m0 has 3 layer(s): 0 to 2, or -3 to "
          + "-1 from the end")
    }
  }

  @Test("no layers, a model too many and a model without layers are refused")
  func refusals() throws {
    let method = DepthUpscalingAlgorithm()
    let said = message { try method.configure(ConfigNode(.dictionary([:])), at: "method") }
    #expect(said?.hasPrefix("method.layer_indices=[]: name the layers") == true)
    method.layerIndices = LayerIndices([.index(0)])
    let list = try numbered(["0.w"])
    #expect(
      message { _ = try method.run(toModelPool([list, list])) }
        == "depth upscaling takes 1 model(s), but the model pool has 2: [\"0\", \"1\"]")
    #expect(
      message { _ = try method.run(toModelPool([numbered(["0.w", "head"])])) }?
        .hasPrefix("m0: tensor 'head' is in no numbered layer") == true)
    let llama = DepthUpscalingForLlama(LayerIndices([.index(0)]))
    #expect(
      message { _ = try llama.run(toModelPool([numbered(["w"])])) }
        == "m0: no tensor's name holds a layer's number, such as 'layers.0.weight'")
    llama.modelSavePath = "out"
    #expect(message { try llama.validate() }?.contains("model_save_path=out") == true)
  }

  @Test("a module list is restacked, layers without parameters included")
  func moduleList() throws {
    let model = try numbered(["0.weight", "0.bias", "2.weight", "10.a.b"])
    let method = DepthUpscalingAlgorithm(try indices(.int(0), .int(-1), .string("range(0,3)")))
    let merged = try #require(try method.run(toModelPool([model])).model)
    #expect(
      try numbers(merged) == [
        "0.weight": 0, "0.bias": 1, "1.a.b": 3, "2.weight": 0, "2.bias": 1, "4.weight": 2,
      ])
    #expect(try numbers(merged.casting(to: .bfloat16)) == numbers(merged))
    #expect(try merged.casting(to: .bfloat16).manifest.tensors[0].dtype == .bfloat16)
  }

  @Test("a language model keeps what is around its layers, and its configuration counts them")
  func llama() throws {
    let model = try numbered(llamaNames, configuration: llamaConfig)
    let method = DepthUpscalingForLlama(try indices(.string("range(0,2)"), .string("range(1,3)")))
    let pool = try BaseModelPool([("other", try numbered(["w"])), ("_pretrained_", model)])
    let merged = try #require(try method.run(pool).model)
    #expect(
      try numbers(merged).elements.map { "\($0.key)=\(Int($0.value))" } == [
        "model.embed_tokens.weight=0", "model.layers.0.a.weight=1", "model.layers.0.b.weight=2",
        "model.layers.1.a.weight=3", "model.layers.1.b.weight=4", "model.layers.2.a.weight=3",
        "model.layers.2.b.weight=4", "model.layers.3.a.weight=5", "model.layers.3.b.weight=6",
        "model.norm.weight=7", "lm_head.weight=8",
      ])
    let configuration = try #require((merged as? any ConfiguredStateDict)?.configuration)
    #expect(
      configuration
        == .object([
          "model_type": .string("llama"), "num_hidden_layers": .integer(4),
          "layer_types": .array([.string("x"), .string("y"), .string("y"), .string("z")]),
        ]))
  }

  @Test("the layers of a part of the model are counted in that part of the configuration")
  func nestedConfiguration() {
    let config = JSONValue.object([
      "text_config": .object(["num_hidden_layers": .integer(5)]),
      "vision_config": .object(["num_hidden_layers": .integer(3)]),
    ])
    let changed = config.with(layers: [0, 0, 1, 2].map { ($0, config) }, of: 3)
    #expect(changed["text_config"] == config["text_config"])
    #expect(changed["vision_config"] == .object(["num_hidden_layers": .integer(4)]))
    #expect(JSONValue.null.with(layers: [(0, nil)], of: 3) == .null)
  }

  @Test("layer numbers that PyTorch does not write are refused", arguments: ["00", "100000", "01"])
  func hostileNumbers(_ number: String) throws {
    let model = try numbered(["\(number).w"])
    #expect(throws: StructureError.self) { _ = try LayerTable(model, prefix: "") }
  }
}

@Suite struct PassthroughTests {
  private func pool() throws -> BaseModelPool {
    try BaseModelPool([
      ("a", try numbered(llamaNames, model: 1, configuration: llamaConfig)),
      ("b", try numbered(llamaNames, model: 2)),
    ])
  }

  private func slices(_ text: [(String, [Int])]) -> ConfigNode {
    ConfigNode(
      .list(
        text.map { model, range in
          var source = ConfigNode.emptyDictionary
          source["model"] = ConfigNode(.string(model))
          source["layer_range"] = range.encoded()
          var slice = ConfigNode.emptyDictionary
          slice["sources"] = ConfigNode(.list([source]))
          return slice
        }))
  }

  private func method(_ slices: ConfigNode) throws -> PassthroughMerge {
    let method = PassthroughMerge()
    var config = ConfigNode.emptyDictionary
    config["slices"] = slices
    try method.configure(config, at: "method")
    return method
  }

  @Test(
    "runs of layers are stacked; embeddings come from the first run, norm and head from the last")
  func stacks() throws {
    let merged = try #require(
      try method(slices([("a", [0, 2]), ("b", [1, 3]), ("a", [2, 3]), ("b", [0, 1])])).run(pool())
        .model)
    #expect(
      try numbers(merged).elements.map { "\($0.key)=\(Int($0.value))" }
        == ["model.embed_tokens.weight=100"]
        + [101, 103, 203, 205, 105, 201].enumerated().flatMap { layer, first in
          [
            "model.layers.\(layer).a.weight=\(first)",
            "model.layers.\(layer).b.weight=\(first + 1)",
          ]
        } + ["model.norm.weight=207", "lm_head.weight=208"])
    let configuration = try #require((merged as? any ConfiguredStateDict)?.configuration)
    #expect(configuration["num_hidden_layers"] == .integer(6))
  }

  @Test("factors scale the tensors that their filters fit")
  func scales() throws {
    let sources = [
      MergeSlices.Source(model: "a", layers: 0..<1),
      MergeSlices.Source(
        model: "a", layers: 0..<1,
        scales: [.init(filter: "b.weight", value: 0), .init(value: 0.5)]),
    ]
    let method = PassthroughMerge(MergeSlices(sources))
    let merged = try numbers(try #require(try method.run(pool()).model))
    #expect(merged["model.layers.0.a.weight"] == 101 && merged["model.layers.0.b.weight"] == 102)
    #expect(merged["model.layers.1.a.weight"] == 50.5 && merged["model.layers.1.b.weight"] == 0)
    #expect(merged["lm_head.weight"] == 54)
    let again = try MergeSlices.decode(MergeSlices(sources).encoded(), key: "slices")
    #expect(again.sources == sources)
  }

  @Test("mistakes in slices are named with their place")
  func refusals() throws {
    #expect(
      message { _ = try method(slices([])) }?.hasPrefix("method.slices=[]: name the layers") == true
    )
    for range in [[2, 2], [-1, 2], [1], [0, 1, 2]] {
      #expect(
        message { _ = try method(slices([("a", [0, 1]), ("b", range)])) }?
          .contains("method.slices[1].sources[0].layer_range") == true)
    }
    var typo = slices([("a", [0, 1])])
    typo.value = .list([
      ConfigNode(.dictionary(["source": ConfigNode(.list([]))])), ConfigNode(.int(3)),
    ])
    #expect(message { _ = try method(typo) }?.contains("method.slices[0]=source") == true)
    #expect(
      message { _ = try method(slices([("a", [0, 4])])).run(pool()) }
        == "method.slices[0].sources[0].layer_range names layer 3, but m1 has 3 layer(s): 0 to 2, "
        + "or -3 to -1 from the end")
    #expect(
      message { _ = try method(slices([("c", [0, 1])])).run(pool()) }?.contains("'c'") == true)
    let thin = try BaseModelPool([
      ("a", try numbered(llamaNames, model: 1)),
      ("b", try numbered(llamaNames, model: 2, shape: [3])),
    ])
    #expect(
      message { _ = try method(slices([("a", [0, 1]), ("b", [1, 2])])).run(thin) }
        == "m2: tensor 'model.layers.1.a.weight' has shape [3], but [2] is needed")
  }

  @Test("layers of models with different numbers of layers can follow one another")
  func differentDepths() throws {
    let deep = try numbered((0..<9).map { "layers.\($0).w" }, model: 2)
    let flat = try numbered(
      ["layers.0.w"], model: 1,
      configuration: .object([
        "num_hidden_layers": .integer(1), "layer_types": .array([.string("x")]),
      ]))
    let merged = try #require(
      try method(slices([("a", [0, 1]), ("b", [7, 9])])).run(
        BaseModelPool([("a", flat), ("b", deep)])
      ).model)
    #expect(try numbers(merged) == ["layers.0.w": 100, "layers.1.w": 207, "layers.2.w": 208])
    #expect(
      (merged as? any ConfiguredStateDict)?.configuration?["num_hidden_layers"] == .integer(3))
  }
}
