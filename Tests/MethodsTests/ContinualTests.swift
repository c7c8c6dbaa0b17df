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

private func dop(
  _ method: DOPMerging = DOPMerging(), rate: Double, steps: Int, share: Double,
  _ directions: DOPMerging.Directions, seed: Int? = nil
) -> DOPMerging {
  (method.rate, method.stepCount, method.share) = (rate, steps, share)
  method.directions = directions
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
  MethodCase(testDescription: "dop") {
    let method = dop(rate: 1e-3, steps: 40, share: 0.99999, .both)
    method.averageDecay = 0.9
    return method
  },
  MethodCase(testDescription: "dop_seed_7") {
    let method = dop(
      ContinualDOPForCLIP(), rate: 1e-3, steps: 30, share: 0.7, .right, seed: 7)
    method.averages = false
    return method
  },
  MethodCase(testDescription: "dop_fixed") {
    let method = dop(rate: 5e-4, steps: 30, share: 0.9, .left)
    (method.balances, method.alpha, method.excludeKeys) = (false, 0.3, ["fc2"])
    return method
  },
  MethodCase(testDescription: "weight_average") {
    let method = ContinualWeightAverageForCLIP()
    method.seed = 7
    return method
  },
]

@Suite struct ContinualTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Goldens/continual").path

  private static func pool(
    _ names: [String] = ["_pretrained_", "a", "b", "c", "d"]
  ) throws -> BaseModelPool {
    try BaseModelPool(
      names.map {
        ($0, try Checkpoint.open("\(folder)/\($0).safetensors"))
      })
  }

  @Test(
    "results equal FusionBench's, whose order of the models follows from the seed",
    arguments: continualMethods)
  private func agrees(_ method: MethodCase) throws {
    let merged = try #require(try method.make().run(try Self.pool()).model)
    try expectReference(merged, "merged_\(method.testDescription)", in: Self.folder)
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

  @Test(
    "every step is saved and evaluated, and is what the models so far merge to",
    arguments: continualMethods, [1, 3])
  private func steps(_ method: MethodCase, _ ranks: Int) throws {
    let folder = NSTemporaryDirectory() + "fusion-bench-steps-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let saved = try ThreadFabric.run(ranks: ranks, threads: 1) { fabric in
      let program = StepProgram(folder)
      let pool = try Self.pool()
      let algorithm = try #require(method.make() as? ContinualAlgorithm)
      algorithm.savesEveryStep = true
      (pool.fabric, algorithm.fabric, algorithm.program) = (fabric, fabric, program)
      let result = try #require(try algorithm.run(pool).model)
      return try program.saved + [("result", result.allBytes())]
    }
    func json(_ name: String) throws -> JSONValue {
      let path = "\(folder)/\(name).json"
      let bytes = try #require(FileManager.default.contents(atPath: path), "\(path)")
      return try JSONValue(parsing: Array(bytes), source: path)
    }
    guard case .array(let order) = try json("model_names") else {
      Issue.record("model_names.json is no list")
      return
    }
    let names = order.compactMap { if case .string(let name) = $0 { name } else { nil } }
    #expect(names.sorted() == ["a", "b", "c", "d"])
    for step in names.indices {
      let alone = method.make()
      (alone as? ContinualAlgorithm)?.shuffleOrder = false
      let pool = try Self.pool(["_pretrained_"] + names.prefix(step + 1))
      let expected = try #require(try alone.run(pool).model).allBytes()
      for own in saved {
        try #require(own.count == 5)
        #expect(own[step].name == "merged_model_\(step)")
        let isSame = own[step].bytes == expected
        #expect(isSame, "step \(step)")
      }
      #expect(try json("report_\(step)")["tasks"] == .array(Array(order.prefix(step + 1))))
    }
    for own in saved { #expect(own[4].bytes == own[3].bytes) }
  }

  @Test("steps that are not wanted are neither saved nor evaluated")
  func noSteps() throws {
    let program = StepProgram(NSTemporaryDirectory() + "fusion-bench-steps-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(atPath: program.folder) }
    let method = opcm()
    (method.savesEveryStep, method.evaluatesEveryStep) = (false, false)
    method.program = program
    _ = try method.run(Self.pool())
    let files = try FileManager.default.contentsOfDirectory(atPath: program.folder)
    #expect(program.saved.isEmpty && files == ["model_names.json"])
  }

  @Test("a model that does not fit is found before steps are saved", arguments: continualMethods)
  private func unfit(_ method: MethodCase) throws {
    let program = StepProgram(NSTemporaryDirectory() + "fusion-bench-steps-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(atPath: program.folder) }
    let algorithm = try #require(method.make() as? ContinualAlgorithm)
    (algorithm.savesEveryStep, algorithm.shuffleOrder) = (true, false)
    algorithm.program = program
    let other = try InMemoryStateDict([Tensor("fc1.weight", shape: [1, 1], values: [1])])
    let pool = try BaseModelPool(
      ["_pretrained_", "a", "b"].map { ($0, try Self.pool().loadModel($0)) } + [("last", other)])
    #expect(throws: (any Error).self) { _ = try algorithm.run(pool) }
    #expect(program.saved.isEmpty)
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
      for method in [opcm(), dop(rate: 1e-2, steps: 5, share: 0.9, .both)] {
        let merged = try #require(try method.run(pool).model)
        let values = try merged.tensor("fc.weight").doubles()
        #expect(values.count == shape.0 * shape.1 && values.allSatisfy { $0.isFinite })
      }
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

  @Test("DOP of one model is that model, of equal models that model too, without steps the mean")
  func degenerateDOP() throws {
    let method = dop(rate: 1e-2, steps: 9, share: 0.99, .both)
    for models in [1, 3] {
      let pool = try matrixPool(5, 7, models: models, name: "fc.weight", dtype: .float64) {
        wavy(min($0, 1), $1, $2)
      }
      let merged = try #require(try method.run(pool).model).tensor("fc.weight").doubles()
      let model = try pool.loadModel("a").tensor("fc.weight").doubles()
      for (found, expected) in zip(merged, model) { #expect(abs(found - expected) < 1e-15) }
    }
    method.stepCount = 0
    let pool = try matrixPool(5, 7, models: 2, name: "fc.weight", dtype: .float64, wavy)
    let merged = try #require(try method.run(pool).model).tensor("fc.weight").doubles()
    let models = try ["a", "b"].map { try pool.loadModel($0).tensor("fc.weight").doubles() }
    for (i, found) in merged.enumerated() {
      #expect(abs(found - (models[0][i] + models[1][i]) / 2) < 1e-15)
    }
  }

  @Test("one unchanged model of two stops DOP nowhere")
  func unchanged() throws {
    let pool = try matrixPool(5, 7, name: "fc.weight") { wavy($0 == 1 ? 0 : $0, $1, $2) }
    let merged = try #require(
      try dop(rate: 1e-2, steps: 9, share: 0.99, .both).run(pool).model)
    #expect(try merged.tensor("fc.weight").doubles().allSatisfy { $0.isFinite })
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
    let wrong: [(String, (DOPMerging) -> Void)] = [
      ("lr", { $0.rate = 0 }), ("num_steps", { $0.stepCount = -1 }), ("alpha", { $0.alpha = 1.5 }),
      ("ema_beta", { $0.averageDecay = -1 }), ("svd_epsilon", { $0.share = .nan }),
    ]
    for (key, change) in wrong {
      let method = DOPMerging()
      change(method)
      #expect(message { try method.validate() }?.contains(key) == true, "\(key)")
    }
    let excluding = DOPMerging()
    excluding.excludeKeys = ["fc3"]
    let refusal = message { _ = try excluding.run(try Self.pool()) }
    #expect(refusal?.contains("exclude_keys") == true && refusal?.contains("'fc1'") == true)
    #expect(message { try ties(0.3, 100, .sum).validate() }?.contains("threshold") == true)
    let method = ties(0.3, 20, .sum)
    method.removeKeys = ["fc1.weigt"]
    let text = message { _ = try method.run(try Self.pool()) }
    #expect(text?.contains("remove_keys") == true && text?.contains("'fc1.weight'") == true)
    #expect(message { _ = try opcm().run(BaseModelPool()) } != nil)
  }
}

/// A program that keeps what methods save on their way.
private final class StepProgram: FusionProgram {
  let folder: String
  let taskpool: BaseTaskPool? = NamingTaskPool()
  let seed: Int? = nil
  let fastDevRun = false
  let savesModels = true
  var logDirectory: String? { folder }
  private(set) var saved: [(name: String, bytes: [UInt8])] = []

  init(_ folder: String) { self.folder = folder }

  func saveCheckpoint(_ model: any StateDict, name: String) throws -> (any StateDict)? {
    saved.append((name, try model.allBytes()))
    return nil
  }
}

/// Reports which tasks it was asked for.
private final class NamingTaskPool: BaseTaskPool {
  override func evaluate(_ model: any StateDict, tasks: [String]) throws -> JSONValue {
    .object(["tasks": .array(tasks.map { .string($0) })])
  }
}
