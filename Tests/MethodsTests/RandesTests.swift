import ConfigTree
import Foundation
import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

@Suite struct RandesTests {
  /// Models of targets and other tensors; values are small integers, so that sums are exact.
  private static func model(_ seed: UInt64) throws -> InMemoryStateDict {
    var random = SampleNumbers(seed: seed)
    func tensor(_ name: TensorName, _ shape: [Int]) throws -> Tensor {
      try Tensor(
        name, shape: shape,
        values: (0..<shape.reduce(1, *)).map { _ in Double(random.next() % 64) - 32 })
    }
    return try InMemoryStateDict([
      tensor("embedding.weight", [9, 16]), tensor("layers.0.mlp.fc.weight", [50, 100]),
      tensor("layers.0.mlp.fc.bias", [50]), tensor("layers.0.self_attn.q.weight", [40, 100]),
      tensor("layers.1.mlp.fc.weight", [50, 100]),
      Tensor("steps", dtype: .int64, shape: [1], values: [3]),
    ])
  }

  private static func pool(_ count: Int = 3) throws -> BaseModelPool {
    let pool = try BaseModelPool([("_pretrained_", model(0))])
    for m in 1...count { try pool.addModel("m\(m)", .model(model(UInt64(m)))) }
    return pool
  }

  private func values(_ model: any StateDict, _ name: TensorName) throws -> [Double] {
    try model.tensor(name).doubles()
  }

  @Test("the identity is task arithmetic for every model")
  func identity() throws {
    let method = SuperposedTaskArithmeticAlgorithm()
    try method.configure(mode("identity_matrix"))
    let plain = try #require(
      try TaskArithmeticAlgorithm(scalingFactor: 0.5).run(Self.pool()).model)
    let models = try method.run(Self.pool()).all
    #expect(models.count == 3)
    for model in models { #expect(try model.allBytes() == plain.allBytes()) }
  }

  @Test("one model alone comes out as it went in")
  func alone() throws {
    let method = SuperposedTaskArithmeticAlgorithm()
    method.scalingFactor = 1
    let pool = try Self.pool(1)
    #expect(try method.run(pool).all[0].allBytes() == pool.loadModel("m1").allBytes())
    let soup = try SuperposedModelSoupAlgorithm().run(pool).all[0]
    // Not byte for byte: 0 times -1 is -0.
    for info in soup.manifest.tensors {
      #expect(try values(soup, info.name) == values(pool.loadModel("m1"), info.name))
    }
  }

  @Test("a target is the model and a noise without bias; other tensors are added up")
  func noise() throws {
    let method = SuperposedTaskArithmeticAlgorithm()
    method.scalingFactor = 1
    let pool = try Self.pool(2)
    let result = try method.run(pool).all
    let base = try pool.loadPretrainedModel()
    let name: TensorName = "layers.0.mlp.fc.weight"
    let (zero, one, two) = try (
      values(base, name), values(pool.loadModel("m1"), name), values(pool.loadModel("m2"), name)
    )
    let found = try values(result[0], name)
    var same = 0
    for i in found.indices {
      // τ_1 + τ_2 or τ_1 - τ_2, the same for a whole column.
      let plus = one[i] + (two[i] - zero[i])
      #expect(found[i] == plus || found[i] == one[i] - (two[i] - zero[i]))
      if i < 100 && found[i] == plus { same += 1 }
    }
    #expect(abs(same - 50) < 25)
    let embedding: TensorName = "embedding.weight"
    let sum = try zip(
      zip(values(pool.loadModel("m1"), embedding), values(pool.loadModel("m2"), embedding)),
      values(base, embedding)
    ).map { $0.0 + $0.1 - $1 }
    #expect(try values(result[0], embedding) == sum && values(result[1], embedding) == sum)
    #expect(try values(result[0], "steps") == [3])
  }

  @Test("seed and tensor decide the matrices, whatever is read")
  func seeds() throws {
    func bytes(_ change: (SuperposedTaskArithmeticAlgorithm) -> Void) throws -> [UInt8] {
      let method = SuperposedTaskArithmeticAlgorithm()
      change(method)
      let model = try method.run(Self.pool()).all[1]
      let whole = try model.allBytes()
      #expect(try model.bytes(of: model.manifest.slices(limit: 77)) == whole)
      return whole
    }
    let first = try bytes { _ in }
    #expect(try bytes { _ in } == first)
    #expect(try bytes { $0.randomSeed = 43 } != first)
    #expect(try bytes { $0.differentAcrossLayers = false } != first)
    #expect(try bytes { $0.dropoutRate = 2 } != first)
    #expect(try bytes { $0.targetLayers = ["attn_w"] } != first)
  }

  @Test("soup: absorbers and scaling", arguments: ["average", "pretrained", "None"])
  func soup(_ absorber: String) throws {
    let pool = try Self.pool(2)
    for (mode, divisor) in [("average", 2.0), ("original", 1)] {
      let method = SuperposedModelSoupAlgorithm()
      try method.configure(
        ConfigNode(
          .dictionary([
            "absorber": ConfigNode(.string(absorber)), "ms_mode": ConfigNode(.string(mode)),
          ])))
      let found = try values(method.run(pool).all[0], "embedding.weight")
      let models = try ["_pretrained_", "m1", "m2"].map {
        try values(pool.loadModel($0), "embedding.weight")
      }
      for i in found.indices {
        let sum = models[1][i] + models[2][i]
        let expected = absorber == "None" ? sum : absorber == "average" ? sum / 2 : models[0][i]
        #expect(found[i] == expected / divisor)
      }
    }
  }

  @Test(
    "one model alone comes out of a rotation, and of a dense matrix, but for rounding",
    arguments: ["random_rotation_matrix", "random_dense_matrix"], [0, -1, 1])
  func matrices(_ name: String, _ shift: Int) throws {
    let method = SuperposedTaskArithmeticAlgorithm()
    try method.configure(mode(name))
    method.scalingFactor = 1
    method.shiftLayers = shift
    let pool = try Self.pool(1)
    let found = try method.run(pool).all[0]
    for info in found.manifest.tensors {
      let wanted = try values(pool.loadModel("m1"), info.name)
      let worst = zip(try values(found, info.name), wanted).map { abs($0 - $1) }.max() ?? 0
      #expect(worst <= 64 * 1e-6, "\(info.name)")
    }
  }

  @Test("layers move in the numbers that a group has, and need one shape")
  func shifts() throws {
    /// Three layers, of which number 0 is missing, and a last one of another name.
    func model(_ value: Double, lastRows: Int = 2) throws -> InMemoryStateDict {
      try InMemoryStateDict(
        [(1, 2), (2, 2), (10, lastRows)].map { layer, rows in
          try Tensor(
            TensorName("layers.\(layer).mlp.weight"), shape: [rows, 2],
            values: Array(repeating: value * Double(layer), count: rows * 2))
        } + [Tensor("mlp.weight", shape: [2], values: [value, value])])
    }
    func run(_ shift: Int, _ models: [InMemoryStateDict]) throws -> [[Double]] {
      let method = SuperposedModelSoupAlgorithm()
      try method.configure(mode("identity_matrix"))
      method.shiftLayers = shift
      method.scaling = .original
      let pool = try BaseModelPool(models.enumerated().map { ("m\($0)", $1) })
      return try method.run(pool).all.map { merged in
        try merged.manifest.tensors.map { try values(merged, $0.name)[0] }
      }
    }
    // Model 0 stays; of model 1, layer 1 goes to 2, 2 to 10, and 10 to 1.
    let models = try [model(1), model(100)]
    #expect(try run(1, models) == [[1001, 102, 210, 101], [102, 210, 1001, 101]])
    #expect(try run(-2, models) == run(1, models) && run(4, models) == run(1, models))
    #expect(try run(3, models) == [[101, 202, 1010, 101], [101, 202, 1010, 101]])
    #expect(
      message { _ = try run(1, [model(1, lastRows: 3)]) }
        == "method.shift_layers=1: 'layers.1.mlp.weight' [2, 2] and 'layers.10.mlp.weight' [3, 2]"
        + " cannot change places: their shapes differ; use 0")
  }

  @Test("the report counts what is kept: the superposition, and the numbers of all matrices")
  func report() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "randes-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = ReportingProgram(folder.path)
    // Targets: three matrices of 100 columns with 50, 40 and 50 rows; 3 models.
    let (whole, targets) = (9 * 16 + 50 + 1 + 140 * 100, 140 * 100)
    for (name, shift, kept, contexts) in [
      ("random_rotation_matrix", 0, targets, 3 * 3 * 10_000),
      ("random_binary_diagonal_matrix", 0, targets, 3 * 3 * 100),
      ("identity_matrix", 0, 0, 0), ("identity_matrix", -3, targets, 0),
    ] {
      let method = SuperposedTaskArithmeticAlgorithm()
      try method.configure(mode(name))
      method.shiftLayers = shift
      method.program = program
      _ = try method.run(Self.pool())
      let text = try String(
        contentsOf: folder.appendingPathComponent("randes_metadata.json"), encoding: .utf8)
      #expect(text.contains("\"nonzero_parameter_count\": \(whole + kept + contexts)"), "\(text)")
      #expect(text.contains("\"nonzero_param_count_context\": \(contexts)"))
      #expect(text.contains("\"total_param_count_original\": \(whole)"))
    }
  }

  private func mode(_ name: String) -> ConfigNode {
    ConfigNode(.dictionary(["mode": ConfigNode(.string(name))]))
  }

  @Test("what cannot be is an error that names it")
  func errors() {
    func error(_ change: (SuperposedTaskArithmeticAlgorithm) -> Void) -> String? {
      let method = SuperposedTaskArithmeticAlgorithm()
      change(method)
      return message { try method.validate() }
    }
    #expect(
      error { $0.targetLayers = ["mlp_w", "head"] }
        == "target_layer=head: must be one of mlp_w, attn_w, mlp, attn, all")
    #expect(error { $0.randomSeed = -1 } == "random_seed=-1: must be from 0 to 4000000000")
    #expect(error { $0.dropoutRate = 0 } == "dropout_rate=0: must be at least 1")
    #expect(
      error { $0.modelPath = "x" }
        == "model_path=x: models are saved to merged_model_save_path; use null")
    #expect(
      message {
        let method = SuperposedModelSoupAlgorithm()
        try method.configure(mode("random_dense_matrix"))
        let wide = try Manifest([TensorInfo(name: "mlp", dtype: .bfloat16, shape: [2, 10_000_000])])
        _ = try method.run(BaseModelPool([("a", BlankStateDict(manifest: wide, label: "a"))]))
      }?.hasPrefix(
        "method.mode=random_dense_matrix: 'mlp' has 10000000 columns, so its matrices take 4470349 GiB,"
          + " and this process may take ") == true)
    #expect(
      message { try SuperposedModelSoupAlgorithm().configure(mode("manual_absorption")) }
        == "mode is manual_absorption, but must be one of identity_matrix, random_binary_diagonal_matrix, random_diagonal_matrix, random_rotation_matrix, random_dense_matrix"
    )
  }
}

/// A program that has a folder for reports and nothing else.
private final class ReportingProgram: FusionProgram {
  let taskpool: BaseTaskPool? = nil
  let seed: Int? = nil
  let fastDevRun = false
  let logDirectory: String?

  init(_ folder: String) { logDirectory = folder }
}
