import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import ModelPools
import Tensors
import Testing

/// Models of a pool that are no plain checkpoints.
@Suite struct StoredFormsTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Goldens/adapters").path(percentEncoded: false)

  private func pool(_ entries: [(String, String)]) throws -> BaseModelPool {
    var models = ConfigNode(.dictionary([:]))
    for (name, path) in entries { models[name] = ConfigNode(.string("\(Self.folder)/\(path)")) }
    var node = ConfigNode(.dictionary([:]))
    node["_target_"] = ConfigNode(.string("LazyStateDictPool"))
    node["models"] = models
    return try Registry(builtinModelPools).make(node, role: "modelpool")
  }

  @Test("adapters in a pool are applied to its pre-trained model, which is opened once")
  func adapters() throws {
    let pool = try pool([
      ("_pretrained_", "base"), ("a", "plain"), ("b", "as_bin"), ("c", "rslora"), ("d", "dora"),
    ])
    for (name, folder) in [("a", "plain"), ("b", "as_bin"), ("c", "rslora")] {
      let merged = try Checkpoint.open("\(Self.folder)/\(folder)/merged.safetensors")
      let model = try pool.loadModel(name)
      for info in merged.manifest.tensors {
        let pairs = zip(
          try model.tensor(info.name).doubles(), try merged.tensor(info.name).doubles())
        #expect(pairs.allSatisfy { abs($0 - $1) < 1e-5 })
      }
    }
    #expect(throws: AdapterError.self) { try pool.loadModel("d") }
    #expect(pool.sources.map(\.name) == ["_pretrained_", "a", "b", "c"])
    #expect(pool.sources.map(\.checkpoint.files.count) == [1, 2, 2, 2])
    #expect(try pool.sideFileModel()?.directory == Self.folder + "/base")
  }

  @Test("8-bit weights are saved as what they stand for, with a configuration that says so")
  func quantized() throws {
    let target = FileManager.default.temporaryDirectory
      .appending(path: "forms-\(UUID().uuidString)").path(percentEncoded: false)
    defer { try? FileManager.default.removeItem(atPath: target) }
    let pool = try pool([("_pretrained_", "f8")])
    try pool.saveModel(try pool.loadModel("_pretrained_"), to: target)
    let expected = try Checkpoint.open(Self.folder + "/f8_expected.safetensors")
    let saved = try Checkpoint.open(target)
    #expect(Set(saved.manifest.tensors) == Set(expected.manifest.tensors))
    for info in expected.manifest.tensors {
      #expect(try saved.tensor(info.name).doubles() == (try expected.tensor(info.name).doubles()))
    }
    let config = try String(contentsOfFile: target + "/config.json", encoding: .utf8)
    #expect(config.contains("{") && !config.contains("quantization_config"))
  }
}
