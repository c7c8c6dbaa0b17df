import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

/// A method of the RanDeS family with parameters, and the file with FusionBench's result in
/// Tests/Goldens/randes.
struct RandesCase: CustomTestStringConvertible, Sendable {
  enum Kind { case taskArithmetic, soup, adapters }

  let testDescription: String
  var kind = Kind.taskArithmetic
  let mode: String
  var parameters: [String: ConfigValue] = [:]

  static let wholeModels = [
    RandesCase(testDescription: "rotation", mode: "random_rotation_matrix"),
    RandesCase(
      testDescription: "dense", mode: "random_dense_matrix",
      parameters: ["different_across_layers": .bool(false)]),
    RandesCase(
      testDescription: "all", mode: "random_rotation_matrix",
      parameters: [
        "target_layer": .list([ConfigNode(.string("all"))]), "dropout_rate": .int(2),
      ]),
    RandesCase(
      testDescription: "shift_1", mode: "random_binary_diagonal_matrix",
      parameters: ["shift_layers": .int(1)]),
    RandesCase(
      testDescription: "shift_4", mode: "identity_matrix", parameters: ["shift_layers": .int(4)]),
    RandesCase(
      testDescription: "shift_back", mode: "random_diagonal_matrix",
      parameters: ["shift_layers": .int(-2)]),
    RandesCase(
      testDescription: "shuffle", mode: "random_rotation_matrix",
      parameters: ["shift_layers": .int(-1)]),
    RandesCase(testDescription: "soup_dense", kind: .soup, mode: "random_dense_matrix"),
    RandesCase(
      testDescription: "soup_shuffle", kind: .soup, mode: "identity_matrix",
      parameters: ["shift_layers": .int(-1)]),
  ]

  static let adapters = [
    RandesCase(
      testDescription: "lora/binary", kind: .adapters, mode: "random_binary_diagonal_matrix"),
    RandesCase(testDescription: "lora/dense", kind: .adapters, mode: "random_dense_matrix"),
    RandesCase(
      testDescription: "lora/rotation_shift", kind: .adapters, mode: "random_rotation_matrix",
      parameters: ["shift_layers": .int(1), "different_across_layers": .bool(false)]),
    RandesCase(
      testDescription: "lora/mlp", kind: .adapters, mode: "random_diagonal_matrix",
      parameters: ["target_layer": .list([ConfigNode(.string("mlp"))])]),
    RandesCase(
      testDescription: "lora/dropout", kind: .adapters, mode: "random_rotation_matrix",
      parameters: ["shift_layers": .int(-1), "dropout_rate": .int(3)]),
  ]

  func method() throws -> BaseAlgorithm {
    let method: BaseAlgorithm =
      switch kind {
      case .taskArithmetic: SuperposedTaskArithmeticAlgorithm()
      case .soup: SuperposedModelSoupAlgorithm()
      case .adapters: SuperposedTaskArithmeticLoRAAlgorithm()
      }
    var node = ConfigNode(.dictionary(["mode": ConfigNode(.string(mode))]))
    for (key, value) in parameters { node[key] = ConfigNode(value) }
    try method.configure(node)
    return method
  }

  func pool() throws -> BaseModelPool {
    guard kind == .adapters else {
      return try BaseModelPool(
        ["_pretrained_", "a", "b", "c"].map { ($0, try Self.open($0)) })
    }
    return try Self.adapterPool()
  }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Goldens/randes").path

  static func open(_ name: String) throws -> any StateDict {
    try Checkpoint.open("\(folder)/\(name).safetensors")
  }

  static func adapterPool(_ names: [String] = ["a", "b", "c"]) throws -> BaseModelPool {
    let base = try Checkpoint.open("\(folder)/lora/base")
    return try BaseModelPool(
      [("_pretrained_", base)]
        + names.map { ($0, try openModel("\(folder)/lora/\($0)") { base }) })
  }
}

@Suite struct RandesReferenceTests {
  /// Compares models with those of a file, whose tensors are called `model:name`.
  private func expect(
    _ results: [(name: String?, model: any StateDict)], _ file: String, within bound: Double
  ) throws {
    let expected = try RandesCase.open(file)
    var compared = 0
    for (name, merged) in results {
      for info in merged.manifest.tensors {
        let found = try merged.tensor(info.name).doubles()
        let wanted = try expected.tensor(TensorName("\(name ?? ""):\(info.name)")).doubles()
        let largest = wanted.map(abs).max() ?? 0
        let worst = zip(found, wanted).map { abs($0 - $1) }.max() ?? 0
        #expect(worst <= bound * largest, "\(name ?? ""), \(info.name): \(worst) of \(largest)")
        compared += 1
      }
    }
    #expect(compared == expected.manifest.tensors.count)
  }

  @Test(
    "float32 results equal FusionBench's within 1e-6 of a tensor's largest value",
    arguments: RandesCase.wholeModels + RandesCase.adapters)
  func agrees(_ reference: RandesCase) throws {
    let results = try reference.method().run(reference.pool()).namedModels
    #expect(results.map(\.name) == ["a", "b", "c"])
    try expect(results, reference.testDescription, within: 1e-6)
  }

  @Test(
    "any number of ranks, whatever is read first, gives the same bytes",
    arguments: RandesCase.wholeModels + RandesCase.adapters)
  func ranks(_ reference: RandesCase) throws {
    let alone = try reference.method().run(reference.pool()).all.map { try $0.allBytes() }
    let pieces = try reference.method().run(reference.pool()).all.reversed().map { model in
      try model.bytes(of: model.manifest.slices(limit: 7))
    }
    #expect(pieces.reversed() == alone)
    for ranks in 2...4 {
      // Every rank gives its slices with what it read of them.
      let parts = try ThreadFabric.run(ranks: ranks, threads: 1) { fabric in
        let pool = try reference.pool()
        let method = try reference.method()
        pool.fabric = fabric
        method.fabric = fabric
        return try method.run(pool).all.map { model in
          try model.slices(part: fabric.globalRank, of: ranks, limit: 10).map {
            ($0, try model.bytes(of: [$0]))
          }
        }
      }
      for (number, expected) in alone.enumerated() {
        let manifest = try reference.method().run(reference.pool()).all[number].manifest
        var starts = [0]
        for tensor in manifest.tensors { starts.append((starts.last ?? 0) + tensor.byteCount) }
        var joined = [UInt8](repeating: 0, count: expected.count)
        for (slice, bytes) in parts.flatMap({ $0[number] }) {
          let size = manifest.tensors[slice.tensor].dtype.byteCount
          let first = starts[slice.tensor] + slice.elements.lowerBound * size
          joined.replaceSubrange(first..<first + bytes.count, with: bytes)
        }
        let isSame = joined == expected
        #expect(isSame, "\(ranks) ranks, model \(number)")
      }
    }
  }

  @Test("of a dense matrix that float32 takes for singular, a direction is lost and not magnified")
  func nullDirection() throws {
    let method = SuperposedModelSoupAlgorithm()
    var node = ConfigNode(.dictionary(["mode": ConfigNode(.string("random_dense_matrix"))]))
    node["random_seed"] = ConfigNode(.int(80_603))
    node["different_across_layers"] = ConfigNode(.bool(false))
    try method.configure(node)
    let pool = try BaseModelPool(["a", "b"].map { ($0, try RandesCase.open("null_input_\($0)")) })
    try expect(method.run(pool).namedModels, "null", within: 1e-4)
  }

  @Test(
    "an adapter alone, added as it is, is what PEFT merges",
    arguments: ["plain", "rslora", "patterns", "embedding", "conv1d_gpt", "conv", "as_bin"])
  func adapterAlone(_ name: String) throws {
    let folder = "\(RandesCase.folder)/../adapters"
    let base = try Checkpoint.open("\(folder)/base")
    let pool = try BaseModelPool([
      ("_pretrained_", base), ("a", openModel("\(folder)/\(name)") { base }),
    ])
    for mode in ["identity", "random_binary_diagonal", "random_rotation", "random_dense"] {
      let method = SuperposedTaskArithmeticLoRAAlgorithm()
      try method.configure(ConfigNode(.dictionary(["mode": ConfigNode(.string(mode + "_matrix"))])))
      method.scalingFactor = 1
      method.targetLayers = ["all"]
      let merged = try method.run(pool).all[0]
      let expected = try Checkpoint.open("\(folder)/\(name)/merged.safetensors")
      #expect(
        Set(merged.manifest.tensors.map(\.name)) == Set(expected.manifest.tensors.map(\.name)))
      var changed = 0
      for info in expected.manifest.tensors {
        let found = try merged.tensor(info.name).doubles()
        let wanted = try expected.tensor(info.name).doubles()
        let largest = wanted.map(abs).max() ?? 0
        let worst = zip(found, wanted).map { abs($0 - $1) }.max() ?? 0
        #expect(worst <= 1e-6 * largest, "\(mode), \(info.name): \(worst) of \(largest)")
        changed += try base.tensor(info.name).doubles() == found ? 0 : 1
      }
      #expect(changed > 0)
    }
  }

  @Test("models that are no adapters, change more, or have other factors are errors")
  func adapterErrors() throws {
    let folder = "\(RandesCase.folder)/../adapters"
    let base = try Checkpoint.open("\(folder)/base")
    func error(_ models: (name: String, model: any StateDict)...) -> String? {
      message {
        _ = try SuperposedTaskArithmeticLoRAAlgorithm().run(BaseModelPool(models))
      }
    }
    func adapter(_ name: String) throws -> any StateDict {
      try openModel("\(folder)/\(name)") { base }
    }
    let plain = try adapter("plain")
    #expect(error(("a", plain))?.contains("_pretrained_") == true)
    #expect(
      error(("_pretrained_", base), ("a", plain), ("b", base))
        == "modelpool.models.b: \(folder)/base is no LoRA adapter; the method needs a directory with"
        + " adapter_config.json for every model")
    #expect(
      error(("_pretrained_", base), ("a", try adapter("saved")))?.contains(
        "other than by lora_A and lora_B, which is all that the method works on") == true)
    #expect(error(("_pretrained_", base), ("a", plain), ("b", try adapter("conv"))) != nil)
    let method = SuperposedTaskArithmeticLoRAAlgorithm()
    method.modelPath = "x"
    #expect(
      message { try method.validate() }
        == "model_path=x: models are saved to merged_model_save_path; use null")
  }
}
