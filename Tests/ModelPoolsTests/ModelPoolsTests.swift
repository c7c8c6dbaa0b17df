import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import ModelPools
import Tensors
import Testing

@Suite struct ModelPoolsTests {
  private static let goldens = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Goldens").path(percentEncoded: false)

  private func make(_ target: String, _ entries: [(String, ConfigValue)]) throws -> BaseModelPool {
    var node = ConfigNode(.dictionary(["_target_": ConfigNode(.string(target))]))
    for (key, value) in entries { node[key] = ConfigNode(value) }
    return try Registry(builtinModelPools).make(node, role: "modelpool")
  }

  private func models(_ entries: [(String, String)]) -> ConfigValue {
    var node = ConfigNode(.dictionary([:]))
    for (name, path) in entries { node[name] = ConfigNode(.string(path)) }
    return node.value
  }

  @Test("a pool opens files, directories and sharded checkpoints by path")
  func opens() throws {
    let folder = Self.goldens + "/safetensors"
    let pool = try make(
      "LazyStateDictPool",
      [
        (
          "models",
          models([
            ("file", folder + "/all_dtypes.safetensors"), ("shards", folder + "/sharded"),
            ("gone", folder + "/gone.safetensors"),
          ])
        )
      ])
    #expect(pool.modelNames == ["file", "shards", "gone"])
    #expect(try pool.loadModel("file").manifest.tensors.count == 60)
    #expect(try pool.loadModel("shards").manifest.tensors.count == 6)
    #expect(try pool.loadModel("file").label == folder + "/all_dtypes.safetensors")
    #expect(throws: CheckpointError.self) { try pool.loadModel("gone") }
  }

  @Test("an entry may be a dictionary with a path, and nothing else")
  func entries() throws {
    var node = ConfigNode(.dictionary([:]))
    node["a"] = ConfigNode(
      .dictionary(["checkpoint": ConfigNode(.string(Self.goldens + "/safetensors/sharded"))]))
    node["b"] = ConfigNode(.dictionary(["device": ConfigNode(.string("cpu"))]))
    let pool = try make("fusion_bench.modelpool.LazyStateDictPool", [("models", node.value)])
    #expect(try pool.loadModel("a").manifest.tensors.count == 6)
    #expect(throws: PoolError.notAPath("b")) { try pool.loadModel("b") }
  }

  @Test("FusionBench's names make the pools; its base pool reads checkpoints")
  func names() throws {
    #expect(try make("fusion_bench.modelpool.CLIPVisionModelPool", []) is CLIPVisionModelPool)
    #expect(try make("fusion_bench.modelpool.LazyStateDictPool", []) is LazyStateDictPool)
    #expect(try make("fusion_bench.modelpool.CausalLMPool", []) is CausalLMPool)
    #expect(try make("CausalLMBackbonePool", []) is CausalLMBackbonePool)
    for name in ["BaseModelPool", "fusion_bench.modelpool.AutoModelPool"] {
      let pool = try make(
        name, [("models", models([("a", Self.goldens + "/safetensors/sharded")]))])
      #expect(try pool.loadModel("a").manifest.tensors.count == 6)
    }
  }

  @Test("a key of another pool is refused")
  func unknownKey() {
    do {
      _ = try make("LazyStateDictPool", [("procesor", .null)])
      Issue.record("the key was accepted")
    } catch {
      #expect(
        "\(error)"
          == "unknown parameter 'modelpool.procesor' of fusion_bench.modelpool.LazyStateDictPool")
    }
  }

  @Test("a CLIP pool opens data sets given as a path or a dictionary with one")
  func datasets() throws {
    let digits = URL(filePath: Self.goldens).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "launch/demo-assets/data/digits").path(percentEncoded: false)
    var node = ConfigNode(.dictionary([:]))
    node["digits"] = ConfigNode(.string(digits))
    node["again"] = ConfigNode(.dictionary(["path": ConfigNode(.string(digits))]))
    node["odd"] = ConfigNode(.int(3))
    let pool = try make(
      "CLIPVisionModelPool", [("test_datasets", node.value), ("val_datasets", node.value)])
    #expect(pool.testDatasetNames == ["digits", "again", "odd"])
    let count = try pool.loadTestDataset("digits").count
    #expect(count > 100)
    #expect(try pool.loadTestDataset("again").count == count)
    #expect(try pool.loadValDataset("digits").count == count)
    #expect(throws: PoolError.notAPath("odd")) { try pool.loadTestDataset("odd") }
    #expect(
      throws: PoolError.unknownDataset("dtd", split: "test", available: ["digits", "again", "odd"])
    ) {
      try pool.loadTestDataset("dtd")
    }
  }

  @Test("configurations of pools make them again", arguments: builtinModelPools.indices)
  func roundTrip(_ index: Int) throws {
    let pool = builtinModelPools[index].init()
    let copy: BaseModelPool = try Registry(builtinModelPools).make(pool.config, role: "modelpool")
    #expect(copy.config == pool.config)
    #expect(type(of: copy) == builtinModelPools[index])
  }
}
