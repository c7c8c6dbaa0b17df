import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import ModelPools
import Tensors
import Testing

/// Models that hold one tensor under two names, or should.
@Suite struct TiedTensorsTests {
  private let folder = FileManager.default.temporaryDirectory
    .appending(path: "tied-\(UUID().uuidString)").path(percentEncoded: false)

  private func pool(_ names: [(String, String)]) throws -> BaseModelPool {
    var models = ConfigNode(.dictionary([:]))
    for (name, path) in names { models[name] = ConfigNode(.string(path)) }
    var node = ConfigNode(.dictionary([:]))
    node["_target_"] = ConfigNode(.string("LazyStateDictPool"))
    node["models"] = models
    return try Registry(builtinModelPools).make(node, role: "modelpool")
  }

  /// Writes a model with an embedding of `value` and, if given, a head.
  private func write(
    _ name: String, _ value: Double, head: Double? = nil, config: String, dtype: DType = .float32
  ) throws -> String {
    var tensors = [
      try Tensor(
        "model.embed_tokens.weight", dtype: dtype, shape: [4, 2],
        values: (0..<8).map { value + Double($0) }),
      try Tensor("model.norm.weight", dtype: dtype, shape: [2], values: [1, value]),
    ]
    if let head {
      tensors.append(
        try Tensor(
          "lm_head.weight", dtype: dtype, shape: [4, 2],
          values: (0..<8).map { head + Double($0) }))
    }
    let path = "\(folder)/\(name)"
    _ = try ModelSaver(world: LocalFabric()).save(
      SaveRequest(try InMemoryStateDict(tensors), to: path))
    try Data(config.utf8).write(to: URL(filePath: "\(path)/config.json"))
    return path
  }

  private static let tied = #"{"model_type": "x", "tie_word_embeddings": true}"#

  @Test("a head that is stored in some models and left out in others fits, on both sides")
  func missing() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let with = try write("with", 1, head: 1, config: Self.tied)
    let without = try write("without", 3, config: Self.tied)
    for (first, second, count) in [(with, without, 3), (without, with, 2)] {
      let pool = try pool([("a", first), ("b", second)])
      let inputs = try pool.values()
      #expect(inputs.manifest.tensors.count == count)
      let mean = ElementwiseMerge(inputs, label: "mean") { block in
        for model in block.models { block.sum.add(model, weight: 0.5) }
      }
      let merged = try pool.completed(mean)
      #expect(try merged.tensor("model.embed_tokens.weight").doubles()[0] == 2)
      if count == 3 { #expect(try merged.tensor("lm_head.weight").doubles()[0] == 2) }
    }
  }

  @Test("an own head is merged with the embedding of a model that has none of its own")
  func untied() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let own = try write("own", 1, head: 10, config: #"{"tie_word_embeddings": false}"#)
    let without = try write("without", 3, config: Self.tied)
    let both = try pool([("a", own), ("b", without)])
    #expect(try both.loadModel("b").tensor("lm_head.weight").doubles()[0] == 3)
    // The head of the first model is its own: nothing is tied.
    let first = try both.loadModel("a")
    #expect(try both.completed(first).tensor("lm_head.weight").doubles()[0] == 10)
    // The other way round the head would be lost.
    #expect(throws: AgreedError.self) { try pool([("b", without), ("a", own)]).values() }
    // Without a word in config.json a missing head is missing.
    let silent = try write("silent", 3, config: "{}")
    #expect(throws: AgreedError.self) { try pool([("a", own), ("b", silent)]).values() }
  }

  @Test("what a method makes of the two names differently is one tensor in the output")
  func output() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let pool = try pool([("_pretrained_", try write("a", 1, head: 1, config: Self.tied))])
    let strange = try InMemoryStateDict([
      Tensor(
        "lm_head.weight", dtype: .float32, shape: [4, 2], values: Array(repeating: 9, count: 8)),
      Tensor(
        "model.embed_tokens.weight", dtype: .float32, shape: [4, 2],
        values: Array(repeating: 5, count: 8)),
    ])
    try pool.saveModel(strange, to: "\(folder)/out")
    let saved = try Checkpoint.open("\(folder)/out")
    #expect(try saved.tensor("lm_head.weight").doubles() == Array(repeating: 5, count: 8))
    // Other types keep the tie.
    let half = try pool.completed(strange).casting(to: .float16)
    #expect(try half.tensor("lm_head.weight").doubles() == Array(repeating: 5, count: 8))
  }

  @Test("tensors of a PyTorch checkpoint that share a storage stay one")
  func storage() throws {
    let goldens = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Goldens/torch/tied.bin").path(percentEncoded: false)
    let checkpoint = try Checkpoint.open(goldens)
    #expect(checkpoint.sharedTensors.map(\.alias) == ["decoder.weight"])
    #expect(checkpoint.sharedTensors.map(\.primary) == ["encoder.weight"])
    let pool = try pool([("_pretrained_", goldens)])
    let merged = try InMemoryStateDict(
      checkpoint.manifest.tensors.enumerated().map { number, info in
        try Tensor(
          info.name, dtype: info.dtype, shape: info.shape,
          values: Array(repeating: Double(number), count: info.count))
      })
    let tied = try pool.completed(merged)
    let names: [TensorName] = ["encoder.weight", "decoder.weight", "part.weight", "equal.weight"]
    let firsts = try names.map { try tied.tensor($0).doubles()[0] }
    #expect(firsts[0] == firsts[1] && Set(firsts).count == 3)
  }

  @Test("config.json names the type that is written, also for parts; else it is copied as it is")
  func types() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let config = """
      {"torch_dtype": "float32",
       "text_config": {"dtype": "torch.float32", "hidden_size": 2},
       "quantization_config": {"dtype": "float32"}, "dtype": 5}
      """
    let pool = try pool([("_pretrained_", try write("a", 1, config: config))])
    let model = try pool.loadPretrainedModel()
    func saved(_ dtype: String?) throws -> String {
      let options = SaveOptions()
      if let dtype {
        options.dtype = try FloatType.decode(ConfigNode(.string(dtype)), key: "dtype")
      }
      let path = "\(folder)/\(dtype ?? "same")"
      try pool.saveModel(model, to: path, options: options)
      return try String(contentsOfFile: "\(path)/config.json", encoding: .utf8)
    }
    #expect(try saved(nil) == config)
    let half = try JSONValue(parsing: Array(try saved("bfloat16").utf8), source: "config")
    #expect(half["torch_dtype"] == .string("bfloat16") && half["dtype"] == .integer(5))
    #expect(half["text_config"]?["dtype"] == .string("torch.bfloat16"))
    #expect(half["text_config"]?["hidden_size"] == .integer(2))
    #expect(half["quantization_config"]?["dtype"] == .string("float32"))
  }
}
