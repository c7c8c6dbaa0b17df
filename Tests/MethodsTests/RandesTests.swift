import ConfigTree
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
    #expect(error { $0.shiftLayers = 1 } == "shift_layers=1: must be 0: layers stay in place")
    #expect(
      error { $0.modelPath = "x" }
        == "model_path=x: models are saved to merged_model_save_path; use null")
    #expect(
      message { try SuperposedModelSoupAlgorithm().configure(mode("random_dense_matrix")) }
        == "mode is random_dense_matrix, but must be one of identity_matrix, random_binary_diagonal_matrix, random_diagonal_matrix"
    )
  }
}
