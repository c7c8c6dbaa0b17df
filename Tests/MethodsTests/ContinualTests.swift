import Checkpoints
import Foundation
import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

private func opcm(alpha: Double = 0.5, seed: Int? = nil) -> OPCM {
  let method = OPCM()
  method.alpha = alpha
  method.shuffleOrder = seed != nil
  method.seed = seed
  return method
}

private func ties(
  _ factor: Double, _ threshold: Double, _ function: TiesMergingAlgorithm.MergeFunction,
  seed: Int? = nil
) -> ContinualTiesMergingForCLIP {
  let method = ContinualTiesMergingForCLIP()
  (method.scalingFactor, method.threshold, method.mergeFunction) = (factor, threshold, function)
  method.shuffleOrder = seed != nil
  method.seed = seed
  return method
}

/// A method and the file with FusionBench's result for the models in Tests/Goldens/continual.
private let continualMethods: [MethodCase] = [
  MethodCase(testDescription: "opcm") { opcm() },
  MethodCase(testDescription: "opcm_seed_7") { opcm(alpha: 0.3, seed: 7) },
  MethodCase(testDescription: "task_arithmetic") {
    let method = ContinualTaskArithmeticForCLIP()
    (method.scalingFactor, method.seed) = (0.4, 7)
    return method
  },
  MethodCase(testDescription: "ties") { ties(0.5, 20, .sum) },
  MethodCase(testDescription: "ties_seed_7") { ties(0.3, 50, .mean, seed: 7) },
  MethodCase(testDescription: "weight_average") {
    let method = ContinualWeightAverageForCLIP()
    method.seed = 7
    return method
  },
]

@Suite struct ContinualTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Goldens/continual").path

  private static func pool() throws -> BaseModelPool {
    try BaseModelPool(
      ["_pretrained_", "a", "b", "c", "d"].map {
        ($0, try Checkpoint.open("\(folder)/\($0).safetensors"))
      })
  }

  @Test(
    "results equal FusionBench's, whose order of the models follows from the seed",
    arguments: continualMethods)
  private func agrees(_ method: MethodCase) throws {
    let merged = try #require(try method.make().run(try Self.pool()).model)
    let expected = try Checkpoint.open(
      "\(Self.folder)/merged_\(method.testDescription).safetensors")
    let base = try Checkpoint.open("\(Self.folder)/_pretrained_.safetensors")
    for info in expected.manifest.tensors {
      let found = try merged.tensor(info.name).doubles()
      let wanted = try expected.tensor(info.name).doubles()
      let start = try base.tensor(info.name).doubles()
      let change = zip(wanted, start).map { abs($0 - $1) }.max() ?? 0
      let rounding = 1.2e-7 * (wanted.map(abs).max() ?? 0)
      let worst = zip(found, wanted).map { abs($0 - $1) }.max() ?? 0
      #expect(
        worst <= 1e-5 * change + rounding, "\(info.name): \(worst) of a change of \(change)")
    }
  }

  @Test(
    "the bytes are the same for 1, 2, 3 and 5 ranks, read by whom they were computed or not",
    arguments: continualMethods)
  private func ranks(_ method: MethodCase) throws {
    let expected = try #require(try method.make().run(try Self.pool()).model).allBytes()
    for ranks in [1, 2, 3, 5] {
      let results = try ThreadFabric.run(ranks: ranks, threads: ranks == 2 ? 2 : 1) { fabric in
        let pool = try Self.pool()
        let algorithm = method.make()
        pool.fabric = fabric
        algorithm.fabric = fabric
        let merge = try #require(try algorithm.run(pool).model)
        let own = merge.slices(part: fabric.globalRank, of: ranks, limit: 300)
        let parts = try own.map { ($0, try merge.bytes(of: [$0])) }
        return (parts, try merge.allBytes())
      }
      let ordered = results.flatMap(\.0).sorted {
        ($0.0.tensor, $0.0.elements.lowerBound) < ($1.0.tensor, $1.0.elements.lowerBound)
      }
      let isSame = ordered.flatMap(\.1) == expected && results.allSatisfy { $0.1 == expected }
      #expect(isSame, "\(ranks) ranks")
    }
  }

  @Test("OPCM gives the merged task vector the mean norm of the task vectors")
  func norm() throws {
    let pool = try Self.pool()
    let base = try pool.loadPretrainedModel()
    func norm(_ model: any StateDict) throws -> Double {
      try base.manifest.tensors.reduce(0) { sum, info in
        let start = try base.tensor(info.name).doubles()
        return try zip(model.tensor(info.name).doubles(), start).reduce(sum) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
      }.squareRoot()
    }
    let norms = try pool.namedModels().map { try norm($0.stateDict) }
    let merged = try norm(try #require(try opcm().run(pool).model))
    #expect(abs(merged / (norms.reduce(0, +) / 4) - 1) < 1e-6)
  }

  @Test(
    "single rows, single columns, small sides and no elements have finite results",
    arguments: [(1, 6), (6, 1), (1, 1), (2, 9), (0, 4)])
  func shapes(_ shape: (Int, Int)) throws {
    for models in [1, 2, 4] {
      let pool = try matrixPool(shape.0, shape.1, models: models, name: "fc.weight", wavy)
      let merged = try #require(try opcm().run(pool).model)
      let values = try merged.tensor("fc.weight").doubles()
      #expect(values.count == shape.0 * shape.1 && values.allSatisfy { $0.isFinite })
    }
  }

  @Test("OPCM of one model is that model, of unchanged models the pre-trained one")
  func degenerate() throws {
    let one = try matrixPool(5, 7, models: 1, name: "fc.weight", dtype: .float64, wavy)
    let alone = try #require(try opcm().run(one).model).tensor("fc.weight").doubles()
    let model = try one.loadModel("a").tensor("fc.weight").doubles()
    for (found, expected) in zip(alone, model) { #expect(abs(found - expected) < 1e-15) }
    let same = try matrixPool(5, 7, name: "fc.weight") { wavy(0, $1, $2) }
    let unchanged = try #require(try opcm().run(same).model).tensor("fc.weight").doubles()
    let base = try same.loadPretrainedModel().tensor("fc.weight").doubles()
    #expect(unchanged == base)
  }

  @Test("task vectors of low rank have one finite result")
  func lowRank() throws {
    let pool = try matrixPool(6, 8, models: 3, name: "fc.weight", dtype: .float64) {
      wavy(0, $1, $2) + Double($0) * Double($1 + 1) * Double($2 % 3) / 64
    }
    let merged = try #require(try opcm().run(pool).model).tensor("fc.weight").doubles()
    #expect(merged.allSatisfy { $0.isFinite })
  }

  @Test("NaN and infinity are errors that name the tensor", arguments: [Double.nan, .infinity])
  func nonFinite(_ value: Double) throws {
    let matrix = try matrixPool(4, 6, name: "fc.weight") {
      $0 == 2 && $1 == 1 && $2 == 3 ? value : wavy($0, $1, $2)
    }
    #expect(message { _ = try opcm().run(matrix) }?.contains("fc.weight") == true)
    let other = try matrixPool(4, 6, name: "embedding") {
      $0 == 2 && $1 == 1 && $2 == 3 ? value : wavy($0, $1, $2)
    }
    #expect(message { _ = try opcm().run(other) }?.contains("'embedding'") == true)
  }

  @Test("parameters that cannot work are errors that name them")
  func badParameters() throws {
    for alpha in [-0.1, 1.1, Double.nan] {
      #expect(message { try opcm(alpha: alpha).validate() }?.contains("alpha") == true)
    }
    #expect(message { try ties(0.3, 100, .sum).validate() }?.contains("threshold") == true)
    let method = ties(0.3, 20, .sum)
    method.removeKeys = ["fc1.weigt"]
    let text = message { _ = try method.run(try Self.pool()) }
    #expect(text?.contains("remove_keys") == true && text?.contains("'fc1.weight'") == true)
    #expect(message { _ = try opcm().run(BaseModelPool()) } != nil)
  }
}
