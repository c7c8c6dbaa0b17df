import Checkpoints
import ConfigTree
import FusionCore
import Foundation
import ModelPools
import Tensors
import Testing

@Suite struct CausalLMPoolTests {
  /// A folder with two models whose embeddings differ in size.
  private func folder() throws -> String {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("causal-\(UUID().uuidString)").path
    for (name, rows, value) in [("base", 3, 1.0), ("ft", 4, 3.0)] {
      let model = try InMemoryStateDict([
        Tensor(
          "lm_head.weight", shape: [rows, 2],
          values: Array(repeating: value, count: 2 * rows)),
        Tensor("model.layers.0.w", shape: [2], values: [value, value + 0.1]),
        Tensor("model.norm.weight", shape: [2], values: [value, value]),
      ])
      _ = try ModelSaver(world: LocalFabric()).save(SaveRequest(model, to: "\(folder)/\(name)"))
    }
    return folder
  }

  private func make(_ text: [(String, ConfigValue)]) throws -> BaseModelPool {
    var node = ConfigNode.emptyDictionary
    for (key, value) in text { node[key] = ConfigNode(value) }
    return try Registry(builtinModelPools).make(node, role: "modelpool")
  }

  private func models(_ folder: String) -> ConfigValue {
    var loaded = ConfigNode.emptyDictionary
    loaded["_target_"] = ConfigNode(.string("transformers.LlamaForCausalLM.from_pretrained"))
    loaded["pretrained_model_name_or_path"] = ConfigNode(.string("\(folder)/ft"))
    return .dictionary(["_pretrained_": ConfigNode(.string("\(folder)/base")), "a": loaded])
  }

  @Test("FusionBench's keys are accepted, and torch_dtype is the type that is read")
  func keys() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let pool = try make([
      ("_target_", .string("fusion_bench.modelpool.CausalLMPool")), ("models", models(folder)),
      ("enable_lazy_loading", .bool(true)), ("tokenizer", .string("Qwen/Qwen2.5-1.5B")),
      (
        "model_kwargs",
        .dictionary([
          "torch_dtype": ConfigNode(.string("bfloat16")),
          "device_map": ConfigNode(.string("auto")),
        ])
      ),
    ])
    let model = try pool.loadModel("a")
    #expect(model.manifest.tensors.allSatisfy { $0.dtype == .bfloat16 })
    #expect(try model.tensor("model.layers.0.w").doubles() == [3, 3.09375])
    // The files beside the weights are found behind the change of type.
    #expect(try pool.sideFileModel()?.directory == "\(folder)/base")
    #expect(pool.sources.map(\.name).sorted() == ["_pretrained_", "a"])
  }

  @Test("a type that is none is refused with its key")
  func badType() {
    #expect(throws: ParameterError.self) {
      try make([
        ("_target_", .string("CausalLMPool")),
        ("model_kwargs", .dictionary(["torch_dtype": ConfigNode(.string("int7"))])),
      ])
    }
    do {
      _ = try make([
        ("_target_", .string("CausalLMPool")),
        ("model_kwargs", .dictionary(["torch_dtyp": ConfigNode(.string("float16"))])),
      ])
      Issue.record("the key was accepted")
    } catch {
      #expect(
        "\(error)"
          == "unknown parameter 'modelpool.model_kwargs.torch_dtyp' of model_kwargs; did you mean 'torch_dtype'?"
      )
    }
  }

  @Test("only the layers are handed out, and a merge of them goes into the pre-trained model")
  func backbone() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let pool = try make([
      ("_target_", .string("fusion_bench.modelpool.CausalLMBackbonePool")),
      ("models", models(folder)),
    ])
    #expect(try pool.loadModel("a").manifest.tensors.map(\.name) == ["model.layers.0.w"])
    let inputs = try pool.loadPretrainedModelAndTaskVectors()
    let merged = ElementwiseMerge(inputs, label: "sum") { block in
      for vector in block.models { block.sum.add(vector) }
      block.sum.scale(by: 0.5, onto: block.base)
    }
    let whole = try pool.completed(merged)
    #expect(
      whole.manifest.tensors.map(\.name) == [
        "lm_head.weight", "model.layers.0.w", "model.norm.weight",
      ])
    #expect(try whole.tensor("lm_head.weight").doubles() == Array(repeating: 1, count: 6))
    #expect(
      try whole.tensor("model.layers.0.w").doubles().map { Float($0) }
        == merged.tensor("model.layers.0.w").doubles().map { Float($0) })
    #expect(try whole.tensor("model.layers.0.w").doubles()[0] == 2)
    // Ranks share the whole without gaps.
    let slices = (0..<3).flatMap { whole.slices(part: $0, of: 3, limit: 2) }
    #expect(slices.reduce(0) { $0 + $1.count } == whole.manifest.elementCount)
    try pool.saveModel(merged, to: "\(folder)/out")
    #expect(try Checkpoint.open("\(folder)/out").manifest.tensors.count == 3)
  }

  @Test("a model without such layers is refused")
  func noLayers() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let model = try InMemoryStateDict([Tensor("w", shape: [1], values: [1])])
    _ = try ModelSaver(world: LocalFabric()).save(SaveRequest(model, to: "\(folder)/other"))
    let pool = try make([
      ("_target_", .string("CausalLMBackbonePool")),
      ("models", .dictionary(["a": ConfigNode(.string("\(folder)/other"))])),
    ])
    #expect(throws: PoolError.noLayers("a", prefix: "model.layers.")) { try pool.loadModel("a") }
  }
}
