import ConfigTree
import FusionCore
import Testing

@Suite struct LegacyConfigTests {
  private func modernised(
    _ node: ConfigNode, _ role: String
  ) throws -> (node: ConfigNode, lines: [String]) {
    var lines: [String] = []
    let node = try LegacyConfig.modernised(node, role: role) { lines.append($0) }
    return (node, lines)
  }

  private func models(_ items: [[(String, ConfigValue)]]) -> ConfigValue {
    .list(items.map { dictionary($0) })
  }

  @Test("a method's name becomes its _target_, the parameters stay, one line says so")
  func method() throws {
    let origin = ConfigOrigin(source: "ties.yaml", line: 1)
    var node = dictionary([("name", .string("ties_merging"))], origin: origin)
    node["scaling_factor"] = ConfigNode(.float(0.5))
    let (modern, lines) = try modernised(node, "method")
    #expect(
      modern.yaml() == """
        _target_: fusion_bench.method.TiesMergingAlgorithm
        scaling_factor: 0.5

        """)
    #expect(modern["_target_"]?.origin == origin)
    #expect(
      lines == [
        "deprecated (FusionBench 0.1): method.name=ties_merging; write method._target_=fusion_bench.method.TiesMergingAlgorithm"
      ])
  }

  @Test("configurations of 0.2 stay as they are, without a line")
  func modern() throws {
    for role in ["method", "modelpool", "taskpool"] {
      let node = dictionary([("_target_", .string("x.Y")), ("name", .string("simple_average"))])
      let (same, lines) = try modernised(node, role)
      #expect(same == node && lines.isEmpty)
    }
    #expect(try modernised(ConfigNode(.null), "taskpool").node.isNull)
    #expect(try modernised(dictionary([("a", .int(1))]), "method").lines.isEmpty)
  }

  @Test("a name that 0.1 did not have is refused with near ones")
  func unknown() {
    #expect(
      message { _ = try modernised(dictionary([("name", .string("ties_mergin"))]), "method") }
        == "method.name=ties_mergin is no name of FusionBench 0.1; did you mean 'ties_merging'?")
    #expect(
      message { _ = try modernised(dictionary([("type", .string("zzz"))]), "taskpool") }
        == "taskpool.type=zzz is no name of FusionBench 0.1")
  }

  @Test("a name of 0.1 whose class is not here says that it is known")
  func unavailable() throws {
    let (node, _) = try modernised(dictionary([("name", .string("rankone_moe"))]), "method")
    #expect(
      message { _ = try Registry([]).make(node, role: "method", as: BaseAlgorithm.self) }
        == "method 'fusion_bench.method.CLIPRankOneMoEAlgorithm' is known from FusionBench, but not available here"
    )
  }

  @Test(
    "every name of the factories of 0.1 is known",
    arguments: [
      (
        "method",
        """
        clip_finetune clip_task_wise_adamerging clip_layer_wise_adamerging
        clip_layer_wise_adamerging_doge_ta singular_projection_merging
        clip_layer_wise_adamerging_surgery clip_task_wise_gossip clip_layer_wise_gossip
        clip_concrete_task_arithmetic clip_concrete_task_wise_adamerging
        clip_concrete_layer_wise_adamerging clip_post_defense_AWM clip_post_defense_SAU
        clip_safe_concrete_layer_wise_adamerging clip_safe_concrete_task_wise_adamerging
        clip_weight_ensembling_moe sparse_clip_weight_ensembling_moe smile_mistral_upscaling
        rankone_moe simple_average weighted_average task_arithmetic ties_merging
        """
      ),
      (
        "modelpool",
        """
        NYUv2ModelPool huggingface_clip_vision HF_GPT2ForSequenceClassification AutoModelPool
        AutoModelForCausalLMPool LLamaForCausalLMPool MistralForCausalLMPool
        AutoModelForSeq2SeqLMPool PeftModelForSeq2SeqLMPool
        """
      ),
      ("taskpool", "dummy clip_vit_classification FlanT5GLUETextGenerationTaskPool NYUv2TaskPool"),
    ])
  func factories(_ role: String, _ names: String) throws {
    for name in names.split(whereSeparator: \.isWhitespace).map(String.init) {
      let key = role == "method" ? "name" : "type"
      let (node, lines) = try modernised(dictionary([(key, .string(name))]), role)
      #expect(node["_target_"]?.string?.hasPrefix("fusion_bench.\(role).") == true, "\(name)")
      #expect(lines.count == 1)
      #expect(
        message { _ = try Registry([]).make(node, role: role, as: BaseAlgorithm.self) }?
          .contains("is known from FusionBench") == true, "\(name)")
    }
  }

  @Test("models as a list become a dictionary; special names get both underscores")
  func modelList() throws {
    let node = dictionary([
      ("type", .string("AutoModelForCausalLMPool")), ("dtype", .string("float16")),
      (
        "models",
        models([
          [("name", .string("_pretrained_")), ("path", .string("base"))],
          [("name", .string("_extra")), ("path", .string("x"))],
          [("name", .string("other_")), ("path", .string("z"))],
          [("name", .string("mnist")), ("path", .string("ft")), ("dtype", .string("float16"))],
        ])
      ),
    ])
    let (modern, lines) = try modernised(node, "modelpool")
    #expect(
      modern.yaml() == """
        _target_: fusion_bench.modelpool.CausalLMPool
        models:
          _pretrained_: base
          _extra_: x
          _other_: z
          mnist:
            path: ft
            dtype: float16
        model_kwargs:
          torch_dtype: float16

        """)
    #expect(
      lines == [
        "deprecated (FusionBench 0.1): modelpool.type=AutoModelForCausalLMPool, modelpool.models as a list; write modelpool._target_=fusion_bench.modelpool.CausalLMPool, modelpool.model_kwargs.torch_dtype=float16, modelpool.models={_pretrained_: base, _extra_: x, _other_: z, mnist: {'path': 'ft', 'dtype': 'float16'}}"
      ])
    var plain = modern
    plain["model_kwargs"] = nil
    let pool = BaseModelPool()
    try pool.configure(plain)
    #expect(pool.modelNames == ["mnist"] && pool.hasPretrained)
    #expect(try pool.modelPath("mnist") == "ft")
  }

  @Test("a list that is not 0.1's stays a list")
  func otherLists() throws {
    let node = dictionary([
      ("_target_", .string("fusion_bench.modelpool.LazyStateDictPool")),
      ("models", .list([ConfigNode(.string("a")), ConfigNode(.string("b"))])),
    ])
    let (same, lines) = try modernised(node, "modelpool")
    #expect(same == node && lines.isEmpty)
  }

  @Test("lists that name a model twice, or name it by a number, are refused")
  func badLists() {
    func refused(_ items: [[(String, ConfigValue)]]) -> String? {
      message {
        _ = try modernised(
          dictionary([("type", .string("AutoModelPool")), ("models", models(items))]), "modelpool")
      }
    }
    #expect(
      refused([
        [("name", .string("a")), ("path", .string("x"))],
        [("name", .string("a")), ("path", .string("y"))],
      ]) == "modelpool.models=a: the name is given twice")
    #expect(
      refused([[("name", .string("_a")), ("path", .string("x"))], [("name", .string("_a_"))]])
        == "modelpool.models=_a_: the name is given twice")
    #expect(
      refused([[("name", .int(3)), ("path", .string("x"))]])
        == "modelpool.models[0].name is 3, but must be a string")
  }

  @Test("tasks as a list become data sets, and their settings go where 0.2 has them")
  func tasks() throws {
    let node = dictionary([
      ("type", .string("clip_vit_classification")), ("name", .string("two tasks")),
      ("dataset_type", .string("huggingface_image_classification")),
      (
        "tasks",
        models([
          [
            ("name", .string("mnist")),
            (
              "dataset",
              dictionary([("name", .string("data/mnist")), ("split", .string("test"))]).value
            ),
          ],
          [
            ("name", .string("noisy")),
            (
              "dataset",
              dictionary([("name", .string("data/mnist")), ("split", .string("blur"))]).value
            ),
          ],
          [("name", .string("dtd")), ("path", .string("data/dtd"))],
        ])
      ),
      ("clip_model", .string("openai/clip-vit-base-patch32")), ("batch_size", .int(64)),
      ("num_workers", .int(2)), ("fast_dev_run", .bool(true)),
    ])
    let (modern, lines) = try modernised(node, "taskpool")
    #expect(
      modern.yaml() == """
        _target_: fusion_bench.taskpool.CLIPVisionModelTaskPool
        fast_dev_run: true
        test_datasets:
          mnist:
            path: data/mnist
            split: test
          noisy:
            path: data/mnist
            split: blur
          dtd:
            path: data/dtd
        dataloader_kwargs:
          batch_size: 64
          num_workers: 2
        base_model: openai/clip-vit-base-patch32

        """)
    #expect(lines.count == 1)
    #expect(
      lines.first?.hasSuffix("(no meaning any more: taskpool.dataset_type, taskpool.name)") == true)
  }

  @Test("old names of classes are rewritten")
  func aliases() throws {
    let (node, lines) = try modernised(
      dictionary([("_target_", .string("fusion_bench.method.TaskArithmeticForLlama"))]), "method")
    #expect(node["_target_"]?.string == "fusion_bench.method.TaskArithmeticForCausalLM")
    #expect(
      lines == [
        "deprecated (FusionBench 0.1): method._target_=fusion_bench.method.TaskArithmeticForLlama; write method._target_=fusion_bench.method.TaskArithmeticForCausalLM"
      ])
  }
}
