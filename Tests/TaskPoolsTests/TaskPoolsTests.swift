import ConfigTree
import FusionCore
import Tensors
import TaskPools
import Testing

@Suite struct TaskPoolsTests {
  private func model() throws -> InMemoryStateDict {
    try InMemoryStateDict([
      Tensor("w", dtype: .bfloat16, shape: [3, 4], values: Array(repeating: 1, count: 12)),
      Tensor("steps", dtype: .int64, shape: [5], values: [1, 2, 3, 4, 5]),
      Tensor("b", shape: [2], values: [1, 2]),
    ])
  }

  private func make(_ target: String, _ entries: [(String, ConfigValue)]) throws -> BaseTaskPool {
    var node = ConfigNode(.dictionary(["_target_": ConfigNode(.string(target))]))
    for (key, value) in entries { node[key] = ConfigNode(value) }
    return try Registry(builtinTaskPools).make(node, role: "taskpool")
  }

  private func message(_ target: String, _ entries: [(String, ConfigValue)]) -> String? {
    do {
      _ = try make(target, entries)
      return nil
    } catch {
      return "\(error)"
    }
  }

  private func paths(_ names: [String]) -> ConfigValue {
    var node = ConfigNode(.dictionary([:]))
    for name in names { node[name] = ConfigNode(.string("/nowhere/\(name)")) }
    return node.value
  }

  @Test("model_info counts floating-point parameters, all trainable")
  func modelInfoCounts() throws {
    #expect(
      modelInfo(try model())
        == .object([
          "trainable_params": .integer(14), "all_params": .integer(14),
          "trainable_percentage": .number(1),
        ]))
    #expect(modelInfo(try InMemoryStateDict([]))["trainable_percentage"] == .number(0))
  }

  @Test("the dummy reports model_info alone, in FusionBench's shape")
  func dummy() throws {
    let pool = try make("fusion_bench.taskpool.DummyTaskPool", [("model_save_path", .null)])
    #expect(
      try pool.evaluate(model()).text() == """
        {
            "model_info": {
                "trainable_params": 14,
                "all_params": 14,
                "trainable_percentage": 1.0
            }
        }

        """)
  }

  @Test("the dummy counts the parameters of all members of an ensemble")
  func dummyEnsemble() throws {
    let ensemble = try Ensemble([("a", model()), ("b", model())], combination: .mean)
    let report = try make("DummyTaskPool", []).evaluate(ensemble)
    #expect(report["model_info"]?["all_params"] == .integer(28))
  }

  @Test("the dummy refuses a path that nothing would be written to")
  func dummyPath() {
    #expect(
      message("DummyTaskPool", [("model_save_path", .string("out"))])
        == "taskpool.model_save_path=out: the program saves the model: use merged_model_save_path")
  }

  @Test("a task without a head is refused before anything is run")
  func missingHead() {
    #expect(
      message(
        "CLIPVisionModelTaskPool",
        [("test_datasets", paths(["mnist", "letters"])), ("heads", paths(["mnist", "digits"]))])
        == "taskpool.test_datasets=letters: the task has no head in taskpool.heads; heads are given for [\"mnist\", \"digits\"]"
    )
  }

  @Test("FusionBench's own file is accepted; that heads are missing is told before the merge")
  func fusionBenchFile() throws {
    func loaded(_ target: String) -> ConfigNode {
      var node = ConfigNode(.dictionary(["_target_": ConfigNode(.string(target))]))
      node["pretrained_model_name_or_path"] = ConfigNode(.string("openai/clip-vit-base-patch32"))
      return node
    }
    var dataset = ConfigNode(
      .dictionary(["_target_": ConfigNode(.string("datasets.load_dataset"))]))
    dataset["path"] = ConfigNode(.string("tanganke/dtd"))
    dataset["split"] = ConfigNode(.string("test"))
    let pool = try make(
      "fusion_bench.taskpool.CLIPVisionModelTaskPool",
      [
        ("_recursive_", .bool(false)), ("test_datasets", .dictionary(["dtd": dataset])),
        ("base_model", .string("openai/clip-vit-base-patch32")),
        ("clip_model", loaded("transformers.CLIPModel.from_pretrained").value),
        ("processor", loaded("transformers.CLIPProcessor.from_pretrained").value),
        ("data_processor", loaded("transformers.CLIPProcessor.from_pretrained").value),
        ("layer_wise_feature_save_path", .null),
        ("layer_wise_feature_first_token_only", .bool(true)),
        ("layer_wise_feature_max_num", .int(1000)),
      ])
    #expect(throws: ParameterError.self) { try pool.prepare() }
    do {
      try pool.prepare()
    } catch {
      #expect(
        "\(error)"
          == "taskpool.test_datasets=dtd: the task has no head in taskpool.heads; heads are given for []"
      )
    }
  }

  @Test("settings that can never work are refused with their full key")
  func badSettings() {
    let cases: [(String, ConfigValue, String)] = [
      ("device", .string("tpu"), "taskpool.device=tpu: must be cpu, cuda or cuda:N"),
      (
        "dataloader_kwargs", .dictionary(["batch_size": ConfigNode(.int(0))]),
        "taskpool.dataloader_kwargs.batch_size=0: must be positive"
      ),
      (
        "dataloader_kwargs", .dictionary(["shuffle": ConfigNode(.bool(true))]),
        "taskpool.dataloader_kwargs.shuffle=true: every image is evaluated once, in order"
      ),
      (
        "dataloader_kwargs", .dictionary(["drop_last": ConfigNode(.bool(true))]),
        "taskpool.dataloader_kwargs.drop_last=true: every image is evaluated once, in order"
      ),
      (
        "layer_wise_feature_save_path", .string("x"),
        "taskpool.layer_wise_feature_save_path=x: features of layers are not saved; must be null"
      ),
      (
        "processor", .bool(true),
        "taskpool.processor is true, but must be a path, or a dictionary with pretrained_model_name_or_path"
      ),
      ("base_model", .int(3), "taskpool.base_model is 3, but must be a string"),
      (
        "test_datasets", .dictionary(["mnist": ConfigNode(.int(3))]),
        "taskpool.test_datasets.mnist is 3, but must be a path, or a dictionary with one"
      ),
      (
        "base_modle", .string("x"),
        "unknown parameter 'taskpool.base_modle' of fusion_bench.taskpool.CLIPVisionModelTaskPool; did you mean 'base_model'?"
      ),
    ]
    for (key, value, expected) in cases {
      #expect(message("CLIPVisionModelTaskPool", [(key, value)]) == expected)
    }
  }

  @Test("keys of data loaders that have a meaning are accepted, others not")
  func dataLoader() {
    let options: ConfigValue = .dictionary([
      "batch_size": ConfigNode(.int(16)), "num_workers": ConfigNode(.int(8)),
      "pin_memory": ConfigNode(.bool(true)), "shuffle": ConfigNode(.bool(false)),
    ])
    #expect(message("CLIPVisionModelTaskPool", [("dataloader_kwargs", options)]) == nil)
    #expect(
      message(
        "CLIPVisionModelTaskPool",
        [("dataloader_kwargs", .dictionary(["batchsize": ConfigNode(.int(16))]))])
        == "unknown parameter 'taskpool.dataloader_kwargs.batchsize' of dataloader_kwargs; did you mean 'batch_size'?"
    )
  }

  @Test("configurations of task pools make them again", arguments: builtinTaskPools.indices)
  func roundTrip(_ index: Int) throws {
    let pool = builtinTaskPools[index].init()
    let copy: BaseTaskPool = try Registry(builtinTaskPools).make(pool.config, role: "taskpool")
    #expect(copy.config == pool.config)
    #expect(type(of: copy) == builtinTaskPools[index])
  }

  @Test("a task pool that does not evaluate says so")
  func notImplemented() throws {
    final class Empty: BaseTaskPool {
      override class var targets: [String] { ["mine.Empty"] }
    }
    #expect(throws: AlgorithmError.self) { try Empty().evaluate(model()) }
  }
}
