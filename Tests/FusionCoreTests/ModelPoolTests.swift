import ConfigTree
import FusionCore
import OrderedCollections
import Tensors
import Testing

@Suite struct ModelPoolTests {
  private func model(_ value: Double) throws -> InMemoryStateDict {
    try InMemoryStateDict([Tensor("w", shape: [1], values: [value])], label: "model \(value)")
  }

  private func configured(_ models: ConfigValue) throws -> BaseModelPool {
    let pool = BaseModelPool()
    try pool.configure(dictionary([("models", models)]))
    return pool
  }

  private func value(_ model: any StateDict) throws -> Double { try model.tensor("w").doubles()[0] }

  @Test("special names begin and end with an underscore")
  func specialNames() throws {
    for name in ["_pretrained_", "_merged_", "_", "__", "_x_"] {
      #expect(BaseModelPool.isSpecial(name))
    }
    for name in ["a", "_a", "a_", "a_b", "pretrained", ""] {
      #expect(!BaseModelPool.isSpecial(name))
    }
    let pool = try BaseModelPool([
      ("b", model(1)), ("_pretrained_", model(0)), ("_x", model(2)), ("_extra_", model(3)),
      ("a", model(4)),
    ])
    #expect(pool.allModelNames == ["b", "_pretrained_", "_x", "_extra_", "a"])
    #expect(pool.modelNames == ["b", "_x", "a"])
    #expect(pool.count == 3 && pool.hasPretrained && !pool.hasMerged && pool.hasInstanceModels)
    #expect(pool.contains("_x") && !pool.contains("x"))
  }

  @Test("models come one by one, in order, with their names")
  func loading() throws {
    let pool = try BaseModelPool([("b", model(1)), ("_pretrained_", model(0)), ("a", model(4))])
    #expect(try pool.models().map(value) == [1, 4])
    #expect(try pool.namedModels().map(\.name) == ["b", "a"])
    #expect(try value(pool.loadPretrainedModel()) == 0)
    #expect(try value(pool.loadPretrainedOrFirstModel()) == 0)
    #expect(try value(pool.loadModel("a")) == 4)
    #expect(try value(BaseModelPool([("b", model(1))]).loadPretrainedOrFirstModel()) == 1)
  }

  @Test("a missing model is an error that lists what there is")
  func missing() throws {
    let pool = try BaseModelPool([("b", model(1)), ("a", model(4))])
    #expect(
      message { _ = try pool.loadModel("c") }
        == "no model 'c' in modelpool.models; available models: [\"b\", \"a\"]")
    #expect(
      message { _ = try pool.modelConfig("c") }
        == "no model 'c' in modelpool.models; available models: [\"b\", \"a\"]")
    #expect(
      message { _ = try pool.loadPretrainedModel() }
        == "the method needs a model called '_pretrained_' in modelpool.models; available models: [\"b\", \"a\"]"
    )
    #expect(throws: PoolError.noModels) { try BaseModelPool().loadPretrainedOrFirstModel() }
    #expect(message { throw PoolError.noModels }?.hasPrefix("the model pool has no models") == true)
  }

  @Test("a list of models is called by positions")
  func lists() throws {
    let pool = try configured(.list([ConfigNode(.string("x")), ConfigNode(.string("y"))]))
    #expect(pool.allModelNames == ["0", "1"])
    #expect(try pool.modelPath("1") == "y")
    #expect(!pool.hasInstanceModels)
  }

  @Test("a dictionary of models keeps its order, and names need not be strings")
  func dictionaries() throws {
    let pool = try configured(
      .dictionary(["z": ConfigNode(.string("x")), .int(7): ConfigNode(.string("y"))]))
    #expect(pool.allModelNames == ["z", "7"])
    #expect(try configured(.null).allModelNames == [])
    #expect(throws: PoolError.duplicateModel("7")) {
      try configured(
        .dictionary(["7": ConfigNode(.string("x")), .int(7): ConfigNode(.string("y"))]))
    }
    #expect(
      message { _ = try configured(.string("x")) }
        == "models is x, but must be a dictionary of names and paths, or a list of paths")
  }

  @Test("invalid names are refused", arguments: ["", "a\nb", "a\tb", "a\rb", "a\0b", "a\r\nb"])
  func invalidNames(_ name: String) throws {
    #expect(throws: PoolError.invalidName(name)) { try BaseModelPool([(name, model(1))]) }
    #expect(throws: PoolError.invalidName(name)) {
      try configured(.dictionary([.string(name): ConfigNode(.string("x"))]))
    }
    let text = message { throw PoolError.invalidName(name) }
    #expect(
      text?.contains("\n") == false && text?.contains("is empty or holds a line break") == true)
  }

  @Test("a name given twice is refused")
  func duplicates() throws {
    #expect(throws: PoolError.duplicateModel("a")) {
      try BaseModelPool([("a", model(1)), ("a", model(2))])
    }
    let pool = try BaseModelPool([("a", model(1))])
    #expect(throws: PoolError.duplicateModel("a")) { try pool.addModel("a", .model(model(2))) }
    try pool.addModel("b", .model(model(2)))
    try pool.addModel("_merged_", .config(ConfigNode(.string("out"))))
    #expect(pool.modelNames == ["a", "b"] && pool.hasMerged)
    #expect(
      message { throw PoolError.duplicateModel("a") }
        == "the model pool has a model called 'a' already")
  }

  @Test("a path is the entry itself or one of three keys of it")
  func paths() throws {
    let pool = try configured(
      .dictionary([
        "a": ConfigNode(.string("dir")),
        "b": dictionary([
          ("_target_", .string("x")), ("pretrained_model_name_or_path", .string("hf")),
        ]),
        "c": dictionary([("checkpoint", .string("file"))]),
        "d": dictionary([("path", .string("p"))]),
        "e": dictionary([("other", .string("p"))]), "f": ConfigNode(.int(4)),
      ]))
    #expect(try ["a", "b", "c", "d"].map { try pool.modelPath($0) } == ["dir", "hf", "file", "p"])
    #expect(throws: PoolError.notAPath("e")) { try pool.modelPath("e") }
    #expect(message { _ = try pool.modelPath("f") } == "modelpool.models.f is not a path")
    #expect(throws: PoolError.unknownModel("z", available: ["a", "b", "c", "d", "e", "f"])) {
      try pool.modelPath("z")
    }
    #expect(try pool.modelConfig("c")["checkpoint"]?.string == "file")
    let inHand = try BaseModelPool([("a", model(1))])
    #expect(throws: PoolError.notAPath("a")) { try inHand.modelPath("a") }
  }

  @Test("the base pool loads neither checkpoints nor data sets")
  func baseCannotLoad() throws {
    let pool = BaseModelPool()
    try pool.configure(
      dictionary([
        ("models", .dictionary(["a": ConfigNode(.string("dir"))])),
        (
          "test_datasets",
          .dictionary(["mnist": ConfigNode(.string("x")), "svhn": ConfigNode(.null)])
        ),
      ]))
    #expect(
      message { _ = try pool.loadModel("a") }
        == "BaseModelPool cannot load modelpool.models.a: a path of a local checkpoint is needed")
    #expect(pool.testDatasetNames == ["mnist", "svhn"] && pool.hasTestDatasets)
    #expect(!pool.hasTrainDatasets && !pool.hasValDatasets)
    #expect(message { _ = try pool.loadTestDataset("mnist") } == "BaseModelPool loads no data sets")
    #expect(
      message { _ = try pool.loadTestDataset("dtd") }
        == "no data set 'dtd' in modelpool.test_datasets; available: [\"mnist\", \"svhn\"]")
    #expect(
      message { _ = try pool.loadTrainDataset("dtd") }
        == "no data set 'dtd' in modelpool.train_datasets; available: []")
    #expect(throws: PoolError.unknownDataset("a", split: "val", available: [])) {
      try pool.loadValDataset("a")
    }
  }

  @Test("a checkpoint is opened once, and again after a failure")
  func openedOnce() throws {
    final class CountingPool: BaseModelPool {
      var loads = 0
      override func load(_ config: ConfigNode, name: String) throws -> any StateDict {
        loads += 1
        if loads == 1 { throw PoolError.notAPath(name) }
        return try InMemoryStateDict([Tensor("w", shape: [1], values: [Double(loads)])])
      }
    }
    let pool = CountingPool()
    try pool.configure(dictionary([("models", .dictionary(["a": ConfigNode(.string("dir"))]))]))
    #expect(throws: PoolError.notAPath("a")) { try pool.loadModel("a") }
    #expect(try value(pool.loadModel("a")) == 2)
    #expect(try value(pool.loadModel("a")) == 2)
    #expect(pool.loads == 2)
  }

  @Test("pools are made of a list or a dictionary of models in hand")
  func toPool() throws {
    let list = try toModelPool([model(1), model(2)])
    #expect(list.allModelNames == ["0", "1"])
    #expect(try value(list.loadModel("1")) == 2)
    let named: OrderedDictionary<String, any StateDict> = [
      "_pretrained_": try model(0), "b": try model(1), "a": try model(2),
    ]
    let pool = try toModelPool(named)
    #expect(pool.allModelNames == ["_pretrained_", "b", "a"] && pool.hasPretrained)
    #expect(throws: PoolError.invalidName("")) { try toModelPool(["": try model(1)]) }
  }

  @Test("a pool's configuration makes it again")
  func roundTrip() throws {
    let pool = try configured(
      .dictionary([
        "_pretrained_": ConfigNode(.string("base")), "a": dictionary([("path", .string("p"))]),
      ]))
    let copy = BaseModelPool()
    try copy.configure(pool.config)
    #expect(copy.config == pool.config)
    #expect(
      pool.toYAML() == """
        _target_: fusion_bench.modelpool.BaseModelPool
        _recursive_: false
        _usage_: null
        _version_: \(fusionBenchVersion)
        models:
          _pretrained_: base
          a:
            path: p
        train_datasets: null
        val_datasets: null
        test_datasets: null

        """)
    #expect(try BaseModelPool([("a", model(1))]).config["models"]?["a"]?.string == "model 1.0")
  }
}
