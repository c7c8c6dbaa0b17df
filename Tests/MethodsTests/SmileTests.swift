import Checkpoints
import Foundation
import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

@Suite struct SmileTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Goldens/networks/smile").path

  private static func pool(_ names: [String] = ["a", "b", "c"]) throws -> BaseModelPool {
    try BaseModelPool(
      (["_pretrained_"] + names).map { ($0, try Checkpoint.open("\(folder)/\($0).safetensors")) })
  }

  private static func upscaled(
    _ gate: Int, _ rank: Int, _ change: (SmileUpscalingAlgorithm) -> Void = { _ in }
  ) throws -> any StateDict {
    let method = SmileUpscalingAlgorithm(gateRank: gate, rank: rank)
    change(method)
    return try #require(try method.run(pool()).model)
  }

  /// The product of two matrices, the first of m rows.
  private static func product(_ a: [Double], _ b: [Double], rows m: Int) -> [Double] {
    let k = a.count / m
    let n = b.count / k
    return (0..<m * n).map { i in
      (0..<k).reduce(0) { $0 + a[i / n * k + $1] * b[$1 * n + i % n] }
    }
  }

  @Test("experts of full rank give the task vectors back, the gate's rows are orthonormal")
  func factors() throws {
    let model = try Self.upscaled(3, 1000)
    let pool = try Self.pool()
    let layer = "encoder.layers.1.mlp.fc1"
    func values(_ model: any StateDict, _ name: String) throws -> [Double] {
      try model.tensor(TensorName("\(layer).\(name)")).doubles()
    }
    let base = try pool.loadPretrainedModel()
    #expect(try values(model, "pretrained_model.weight") == values(base, "weight"))
    let gate = try values(model, "gate.weights")
    #expect(gate.count == 3 * 3 * 16)
    for (number, name) in ["a", "b", "c"].enumerated() {
      let own = try pool.loadModel(name)
      let found = Self.product(
        try values(model, "experts.\(number).u"), try values(model, "experts.\(number).svh"),
        rows: 24)
      let change = try zip(values(own, "weight"), values(base, "weight")).map { $0 - $1 }
      #expect(zip(found, change).allSatisfy { abs($0 - $1) < 1e-6 })
      let bias = try zip(values(own, "bias"), values(base, "bias")).map { $0 - $1 }
      let expert = try values(model, "experts.\(number).bias")
      #expect(zip(expert, bias).allSatisfy { abs($0 - $1) < 1e-7 })
      for row in 0..<3 {
        for other in 0..<3 {
          let dot = (0..<16).reduce(0) {
            $0 + gate[(number * 3 + row) * 16 + $1] * gate[(number * 3 + other) * 16 + $1]
          }
          #expect(abs(dot - (row == other ? 1 : 0)) < 1e-6)
        }
      }
    }
    #expect(try model.tensor(TensorName("\(layer).gate.top_k")).doubles() == [1])
  }

  @Test("layers that no model changed and other tensors stay, or other tensors are averaged")
  func others() throws {
    let base = try Self.pool().loadPretrainedModel()
    for isAveraged in [false, true] {
      let model = try Self.upscaled(1, 2) { $0.averagesOthers = isAveraged }
      let kept = "encoder.layers.0.self_attn.k_proj."
      for name in [kept + "weight", kept + "bias", "embeddings.class_embedding"] {
        #expect(
          try model.tensor(TensorName(name)).doubles() == base.tensor(TensorName(name)).doubles())
      }
      #expect(model.manifest.position(of: TensorName(kept + "gate.weights")) == nil)
      let norm: TensorName = "post_layernorm.weight"
      let pool = try Self.pool()
      let models = try ["a", "b", "c"].map { try pool.loadModel($0).tensor(norm).doubles() }
      let start = try base.tensor(norm).doubles()
      for (i, found) in try model.tensor(norm).doubles().enumerated() {
        let mean = models.reduce(0) { $0 + $1[i] } / 3
        #expect(abs(found - (isAveraged ? mean : start[i])) < 1e-7)
      }
    }
    let names = try Self.upscaled(1, 0).manifest.tensors.map(\.name.string)
    #expect(names.contains("encoder.layers.1.mlp.fc2.experts.2.weight"))
    #expect(!names.contains { $0.hasSuffix("svh") })
  }

  @Test("the bytes are the same for 1, 2, 3 and 5 ranks, of whole layers each")
  func ranks() throws {
    let expected = try Self.upscaled(2, 4).allBytes()
    for ranks in [1, 2, 3, 5] {
      let results = try ThreadFabric.run(ranks: ranks, threads: ranks == 2 ? 3 : 1) { fabric in
        let pool = try Self.pool()
        let method = SmileUpscalingAlgorithm(gateRank: 2, rank: 4)
        (pool.fabric, method.fabric) = (fabric, fabric)
        let merge = try #require(try method.run(pool).model)
        let own = merge.slices(part: fabric.globalRank, of: ranks, limit: 100)
        let parts = try own.map { ($0, try merge.bytes(of: [$0])) }
        let layers = own.map { merge.manifest.tensors[$0.tensor].name.string }
          .filter { $0.hasSuffix("gate.weights") || $0.hasSuffix(".u") || $0.hasSuffix(".svh") }
          .map { $0.split(separator: ".").prefix(5).joined(separator: ".") }
        return (parts, Set(layers))
      }
      let ordered = results.flatMap(\.0).sorted {
        ($0.0.tensor, $0.0.elements.lowerBound) < ($1.0.tensor, $1.0.elements.lowerBound)
      }
      let isSame = ordered.flatMap(\.1) == expected
      #expect(isSame, "\(ranks) ranks")
      // 2 layers of 6 matrices, one of which no model changed.
      #expect(results.reduce(0) { $0 + $1.1.count } == 11)
    }
  }

  @Test("parameters that cannot work are errors that name them")
  func badParameters() throws {
    for (gate, topK, key) in [(0, 1, "gate_k"), (1, 0, "top_k"), (1, 4, "top_k")] {
      let method = SmileUpscalingAlgorithm(gateRank: gate, rank: 2, expertsPerToken: topK)
      #expect(message { _ = try method.run(try Self.pool()) }?.contains(key) == true)
    }
    #expect(message { _ = try SmileUpscalingAlgorithm().run(BaseModelPool()) } != nil)
  }

  @Test("a model that is not a number is an error that names the matrix")
  func nonFinite() throws {
    let pool = try matrixPool(4, 6, name: "fc.weight") {
      $0 == 2 && $1 == 1 && $2 == 3 ? .nan : wavy($0, $1, $2)
    }
    let model = try #require(try SmileUpscalingAlgorithm(gateRank: 1, rank: 2).run(pool).model)
    #expect(message { _ = try model.allBytes() }?.contains("fc.weight") == true)
  }
}
