import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

/// A method and the file with FusionBench's result for the models in Tests/Goldens/subspace.
private let references: [ReferenceCase] = [
  ReferenceCase(testDescription: "tsvm") { taskSingularVectors(alpha: .number(0.7)) },
  ReferenceCase(testDescription: "tsvm_list") {
    taskSingularVectors(alpha: .list([0.5, 1, -1.5, 2]), excluding: ["embedding.weight"])
  },
  ReferenceCase(testDescription: "iso_c") {
    let method = IsotropicMergingInCommonSubspace(scalingFactor: 1.3)
    method.excludeKeys = ["q.weight"]
    return method
  },
  ReferenceCase(testDescription: "iso_cts") {
    IsotropicMergingInCommonAndTaskSubspace(scalingFactor: 0.9, commonSpaceFraction: 0.7)
  },
  ReferenceCase(testDescription: "svc_task_arithmetic") {
    SingularValueCalibrationArithmeticTask(scalingFactor: 0.3, alpha: 0.1)
  },
  ReferenceCase(testDescription: "wudi") { WUDIMerging(iterationCount: 400) },
  ReferenceCase(testDescription: "svc_wudi") {
    let method = SingularValueCalibrationWithBaseMethod()
    method.alpha = 1
    method.baseMethod = WUDIMerging(iterationCount: 50).config
    return method
  },
  ReferenceCase(testDescription: "projection_low") { SingularProjectionMergingAlgorithm(k: -1) },
  ReferenceCase(testDescription: "projection_high") {
    SingularProjectionMergingAlgorithm(k: 5, directions: .high)
  },
  ReferenceCase(testDescription: "projection_high_full") {
    SingularProjectionMergingAlgorithm(k: 5, directions: .high, fullMatrices: true)
  },
  ReferenceCase(testDescription: "knots") { KnOTSMerging(scalingFactor: 0.4, threshold: 30) },
  ReferenceCase(testDescription: "knots_mean") {
    let method = KnOTSMerging(scalingFactor: 1, threshold: 60, mergeFunction: .mean)
    method.epsilon = 0.05
    method.excludeKeys = ["q.weight"]
    return method
  },
  ReferenceCase(testDescription: "svc_tsvm") { calibratedTaskSingularVectors(alpha: 1) },
]

@Suite struct SubspaceMethodTests {
  private static func folder(_ kind: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Goldens/subspace/\(kind)").path
  }

  private static func pool(_ kind: String) throws -> BaseModelPool {
    try BaseModelPool(
      ["_pretrained_", "a", "b", "c", "d"].map {
        ($0, try Checkpoint.open("\(folder(kind))/\($0).safetensors"))
      })
  }

  /// Compares with FusionBench's result.
  private static func compare(_ merged: any StateDict, _ kind: String, _ name: String) throws {
    try expectReference(merged, "merged_\(name)", in: folder(kind))
  }

  @Test(
    "float32 results equal FusionBench's, for task vectors of full and of nearly low rank",
    arguments: references, ["full", "low"])
  private func agrees(_ reference: ReferenceCase, _ kind: String) throws {
    let result = try reference.method().run(try Self.pool(kind))
    try Self.compare(try #require(result.model), kind, reference.testDescription)
  }

  @Test(
    "single task models equal FusionBench's, whichever is read first", arguments: ["full", "low"])
  func singleTaskModels(_ kind: String) throws {
    for order in [[1, 4], [4, 1]] {
      let method = taskSingularVectors(single: true)
      guard case .models(let models) = try method.run(try Self.pool(kind)) else {
        Issue.record("several models are expected")
        return
      }
      #expect(models.map(\.name) == ["a", "b", "c", "d", "merged"])
      for position in order {
        try Self.compare(
          models[position].model, kind, "tsvm_single_\(models[position].name)")
      }
      // The sum over the tasks of what each adds is what is merged.
      let sum = try models.dropLast().map { try $0.model.tensor("q.weight").doubles() }
        .reduce(Array(repeating: 0.0, count: 1600)) { zip($0, $1).map { $0 + $1 } }
      let base = try Self.pool(kind).loadPretrainedModel().tensor("q.weight").doubles()
      let merged = try models[4].model.tensor("q.weight").doubles()
      for i in base.indices { #expect(abs(sum[i] - 3 * base[i] - merged[i]) < 1e-6) }
    }
  }

  @Test(
    "the bytes are the same for 1, 2, 3 and 5 ranks, each computing the tensors it is dealt",
    arguments: matrixMethods)
  func ranks(_ method: MethodCase) throws {
    let alone = try #require(try method.make().run(try Self.pool("full")).model)
    let expected = try alone.allBytes()
    for ranks in [1, 2, 3, 5] {
      let tensors = try ThreadFabric.run(ranks: ranks, threads: ranks == 2 ? 2 : 1) { fabric in
        let pool = try Self.pool("full")
        let algorithm = method.make()
        pool.fabric = fabric
        algorithm.fabric = fabric
        guard let merge = try algorithm.run(pool).model else { return [Slice: [UInt8]]() }
        let slices = merge.slices(part: fabric.globalRank, of: ranks, limit: 300)
        return Dictionary(
          uniqueKeysWithValues: try slices.map { ($0, try merge.bytes(of: [$0])) })
      }
      let all = tensors.reduce(into: [:]) { $0.merge($1) { $0 + $1 } }
      let ordered = all.keys.sorted {
        ($0.tensor, $0.elements.lowerBound) < ($1.tensor, $1.elements.lowerBound)
      }
      let isSame = ordered.flatMap { all[$0] ?? [] } == expected
      #expect(isSame, "\(ranks) ranks")
    }
  }

  @Test("parts of a tensor are those of the whole, again and again", arguments: matrixMethods)
  func parts(_ method: MethodCase) throws {
    let pool = try matrixPool(120, 200, models: 3, wavy)
    let whole = try #require(try method.make().run(pool).model).tensor("w").doubles()
    for _ in 0..<3 {
      let again = try #require(try method.make().run(pool).model).tensor("w").doubles()
      let isSame = again == whole
      #expect(isSame)
    }
    let merge = try #require(try method.make().run(pool).model)
    let parts = try merge.bytes(of: merge.manifest.slices(limit: 777))
    let isSame = parts == (try merge.allBytes())
    #expect(isSame)
  }

  @Test(
    "float32 models with matrices large enough to be computed in float32 merge as float64 models",
    arguments: subspaceMethods, [(80, 70), (70, 160), (160, 70)])
  func computesInFloat32(_ method: MethodCase, _ shape: (Int, Int)) throws {
    let results = try [DType.float32, .float64].map { dtype in
      let pool = try matrixPool(shape.0, shape.1, models: 3, dtype: dtype, noisy)
      let merge = try #require(try method.make().run(pool).model)
      let base = try pool.loadPretrainedModel().tensor("w").doubles()
      return (base: base, merged: try merge.tensor("w").doubles())
    }
    #expect(results[0].base == results[1].base)
    let changes = results.map { zip($0.merged, $0.base).map { $0 - $1 } }
    let largest = changes[1].map(abs).max() ?? 0
    let error = zip(changes[0], changes[1]).map { abs($0 - $1) }.max() ?? 0
    #expect(largest > 0.01 && error < 1e-5 * largest + 1.2e-7, "\(error) of \(largest)")
  }

  @Test("NaN and infinity are errors that name tensor and model", arguments: matrixMethods)
  func nonFinite(_ method: MethodCase) throws {
    for value in [Double.nan, .infinity] {
      let pool = try matrixPool(4, 6) { $0 == 2 && $1 == 1 && $2 == 3 ? value : wavy($0, $1, $2) }
      let merge = try #require(try method.make().run(pool).model)
      let text = try #require(message { _ = try merge.tensor("w") })
      #expect(text.contains("tensor 'w'") && text.contains("NaN or infinite"), "\(text)")
      // Tensors that are not decomposed carry them on.
      _ = try merge.tensor("b")
    }
  }

  @Test("models that changed nothing merge to the pre-trained one", arguments: matrixMethods)
  func unchanged(_ method: MethodCase) throws {
    let pool = try matrixPool(5, 7) { _, row, column in wavy(0, row, column) }
    let merge = try #require(try method.make().run(pool).model)
    let base = try pool.loadPretrainedModel().tensor("w").doubles()
    #expect(try merge.tensor("w").doubles() == base)
  }

  @Test(
    "single rows, single columns, small sides and no elements have finite results",
    arguments: matrixMethods, [(1, 6), (6, 1), (1, 1), (2, 9), (0, 4), (4, 0)])
  func shapes(_ method: MethodCase, _ shape: (Int, Int)) throws {
    for models in [1, 2, 4] {
      let pool = try matrixPool(shape.0, shape.1, models: models, wavy)
      let merge = try #require(try method.make().run(pool).model)
      let values = try merge.tensor("w").doubles()
      #expect(values.count == shape.0 * shape.1 && values.allSatisfy(\.isFinite))
    }
  }

  @Test("finite models whose sum is beyond the range of numbers are an error that names the tensor")
  func overflow() throws {
    let pool = try matrixPool(3, 4, dtype: .float64) { model, row, column in
      model == 0 ? 0 : row == 1 && column == 2 ? 1.5e308 : wavy(model, row, column)
    }
    for method in [IsotropicMergingInCommonSubspace(), WUDIMerging(iterationCount: 2)] {
      let merge = try #require(try method.run(pool).model)
      let text = message { _ = try merge.tensor("w") }
      #expect(text?.contains("tensor 'w': the sum of the task vectors") == true, "\(text ?? "")")
    }
  }

  @Test(
    "projections and approximations of more directions than a matrix has take all of them",
    arguments: [(1, 6), (6, 1), (4, 7), (7, 4), (0, 4)])
  func ranksBeyondTheMatrix(_ shape: (Int, Int)) throws {
    let pool = try matrixPool(shape.0, shape.1, models: 2, name: "fc.weight", dtype: .float64, wavy)
    let model = try pool.loadModel("a").tensor("fc.weight").doubles()
    guard case .models(let models) = try LowRankApproximation(rank: 99).run(pool) else {
      Issue.record("several models are expected")
      return
    }
    let approximated = try models[0].model.tensor("fc.weight").doubles()
    #expect(zip(approximated, model).allSatisfy { abs($0 - $1) < 1e-12 })
    for directions in [SingularProjectionMergingAlgorithm.Directions.low, .high] {
      let method = SingularProjectionMergingAlgorithm(k: 99, directions: directions)
      let values = try #require(try method.run(pool).model).tensor("fc.weight").doubles()
      #expect(values.count == model.count && values.allSatisfy(\.isFinite))
    }
  }

  @Test("one model alone is itself under TSVM, and under ISO-C has equal singular values")
  func oneModel() throws {
    let pool = try matrixPool(6, 9, models: 1, dtype: .float64, wavy)
    let merged = try #require(try taskSingularVectors().run(pool).model).tensor("w").doubles()
    let model = try pool.loadModel("a").tensor("w").doubles()
    for (found, expected) in zip(merged, model) { #expect(abs(found - expected) < 1e-12) }
  }

  @Test(
    "task vectors of low rank have one finite result: their null spaces stay empty",
    arguments: [DType.float32, .float64])
  func lowRank(_ dtype: DType) throws {
    // Both task vectors are u vᵀ with the same u: rank 1.
    let pool = try matrixPool(6, 8, dtype: dtype) { model, row, column in
      let base = wavy(0, row, column)
      let u = Double(row + 1) / 8
      return base + (model == 0 ? 0 : u * (model == 1 ? 1 : Double(column % 2)) / 4)
    }
    for method in subspaceMethods {
      let merge = try #require(try method.make().run(pool).model)
      let merged = try merge.tensor("w").doubles()
      let base = try pool.loadPretrainedModel().tensor("w").doubles()
      // Every column of the change is a multiple of u.
      for column in 0..<8 {
        let first = merged[column] - base[column]
        for row in 0..<6 {
          let change = merged[row * 8 + column] - base[row * 8 + column]
          #expect(
            abs(change - Double(row + 1) * first) < 1e-5, "\(method) \(row) \(column)")
        }
      }
      #expect(merged.allSatisfy(\.isFinite) && merged != base)
    }
  }

  @Test("low-rank approximations equal FusionBench's", arguments: ["full", "low"])
  func lowRankApproximation(_ kind: String) throws {
    guard case .models(let models) = try LowRankApproximation(rank: 3).run(try Self.pool(kind))
    else {
      Issue.record("several models are expected")
      return
    }
    #expect(models.map(\.name) == ["a", "b", "c", "d"])
    try Self.compare(models[2].model, kind, "low_rank")
  }

  @Test("the first model alone is projected, and what is no linear weight is taken from it")
  func projectsFirst() throws {
    let alone = try matrixPool(4, 6, models: 1, name: "fc.weight", wavy)
    let more = try matrixPool(4, 6, models: 3, name: "fc.weight", wavy)
    for directions in [SingularProjectionMergingAlgorithm.Directions.low, .high] {
      let method = SingularProjectionMergingAlgorithm(k: 2, directions: directions)
      let merged = try #require(try method.run(more).model)
      #expect(
        try merged.tensor("fc.weight").doubles()
          == method.run(alone).model?.tensor("fc.weight").doubles())
      #expect(try merged.tensor("b").doubles() == alone.loadModel("a").tensor("b").doubles())
    }
    let embedding = try matrixPool(4, 6, models: 1, name: "embedding.weight", wavy)
    let merged = try SingularProjectionMergingAlgorithm(k: 2).run(embedding).model
    #expect(
      try merged?.tensor("embedding.weight").doubles()
        == embedding.loadModel("a").tensor("embedding.weight").doubles())
  }

  @Test("the parts of a change in the low and the high directions and between them are all of it")
  func projectionsAddUp() throws {
    let pool = try matrixPool(5, 5, models: 1, name: "fc.weight", dtype: .float64, wavy)
    let all = try #require(
      try SingularProjectionMergingAlgorithm(k: 0, directions: .high).run(pool).model)
    let model = try pool.loadModel("a").tensor("fc.weight").doubles()
    for (found, expected) in zip(try all.tensor("fc.weight").doubles(), model) {
      #expect(abs(found - expected) < 1e-12)
    }
    let none = try #require(try SingularProjectionMergingAlgorithm(k: 0).run(pool).model)
    #expect(
      try none.tensor("fc.weight").doubles()
        == pool.loadPretrainedModel().tensor("fc.weight").doubles())
  }

  @Test("KnOTS without trimming and of one model is task arithmetic")
  func knotsOfOneModel() throws {
    let pool = try matrixPool(5, 7, models: 1, dtype: .float64, wavy)
    let method = KnOTSMerging(scalingFactor: 0.5, threshold: 99.9)
    method.epsilon = 0
    let merged = try #require(try method.run(pool).model).tensor("w").doubles()
    let expected = try #require(try TaskArithmeticAlgorithm(scalingFactor: 0.5).run(pool).model)
      .tensor("w").doubles()
    for (a, b) in zip(merged, expected) { #expect(abs(a - b) < 1e-12) }
  }

  @Test("WUDI leaves a model that changed nothing out of a matrix")
  func wudiOfUnchangedModel() throws {
    let wide = try matrixPool(4, 6, models: 3) { wavy($0 == 3 ? 0 : $0, $1, $2) }
    let narrow = try matrixPool(4, 6, models: 2, wavy)
    let method = WUDIMerging(iterationCount: 30)
    #expect(
      try method.run(wide).model?.tensor("w").doubles()
        == method.run(narrow).model?.tensor("w").doubles())
  }

  @Test("parameters that cannot work are errors that name them")
  func badParameters() throws {
    let pool = try matrixPool(4, 4, wavy)
    let alpha = message { _ = try taskSingularVectors(alpha: .list([1, 2, 3])).run(pool) }
    #expect(alpha?.contains("method.alpha") == true && alpha?.contains("2 model(s)") == true)
    let key = message { _ = try taskSingularVectors(excluding: ["ww"]).run(pool) }
    #expect(key?.contains("method.exclude_keys") == true && key?.contains("'w'") == true)
    for fraction in [-0.1, 1.1] {
      let method = IsotropicMergingInCommonAndTaskSubspace(
        scalingFactor: 1, commonSpaceFraction: fraction)
      #expect(message { try method.validate() }?.contains("common_space_fraction") == true)
    }
    #expect(
      message { try WUDIMerging(iterationCount: -1).validate() }?.contains("iter_num") == true)
    #expect(
      message { try KnOTSMerging(scalingFactor: 1, threshold: 100).validate() }?
        .contains("threshold") == true)
    let knots = KnOTSMerging()
    knots.epsilon = -1
    #expect(message { try knots.validate() }?.contains("eps") == true)
    #expect(message { try LowRankApproximation(rank: -1).validate() }?.contains("rank") == true)
    #expect(
      message { try SingularValueCalibration(alpha: 0).validate() }?.contains("alpha") == true)
    let missing = message { _ = try SingularValueCalibration(alpha: 1).run(pool) }
    #expect(missing?.contains("_merged_") == true)
    let method = SingularValueCalibrationWithBaseMethod()
    method.baseMethod = taskSingularVectors(single: true).config
    #expect(message { _ = try method.run(pool) }?.contains("does not return one model") == true)
  }

  @Test("a `_merged_` model is calibrated as the base method's result is")
  func calibratesMerged() throws {
    let pool = try Self.pool("full")
    let merged = try #require(try TaskArithmeticAlgorithm(scalingFactor: 0.3).run(pool).model)
    try pool.addModel("_merged_", .model(merged))
    let result = try SingularValueCalibration(alpha: 0.1).run(pool)
    try Self.compare(try #require(result.model), "full", "svc_task_arithmetic")
  }

  @Test("a fraction that rounds to more than there is leaves each task one direction less")
  func roundingOfRanks() throws {
    // 5 sides, 3 models, nothing common: 5 / 3 rounds to 2, and 3 · 2 > 5.
    let pool = try matrixPool(5, 6, models: 3, wavy)
    let merge = try #require(
      try IsotropicMergingInCommonAndTaskSubspace(scalingFactor: 1, commonSpaceFraction: 0)
        .run(pool).model)
    #expect(try merge.tensor("w").doubles().allSatisfy(\.isFinite))
  }
}

@Suite struct SubspacePlanTests {
  @Test("TSVM of Llama 3 70B is dealt evenly to up to 64 ranks", arguments: [2, 4, 8, 16, 32, 64])
  func llama(_ ranks: Int) {
    let layer = [
      (8192, 8192), (1024, 8192), (1024, 8192), (8192, 8192), (28672, 8192), (28672, 8192),
      (8192, 28672),
    ]
    let shapes = [(128_256, 8192)] + (0..<80).flatMap { _ in layer } + [(128_256, 8192)]
    let costs = shapes.map {
      TaskSingularVectorMerging.seconds(forRows: $0.0, columns: $0.1, models: 8)
    }
    #expect(Dealing.imbalance(of: costs, among: ranks) <= 1.05)
  }
}
