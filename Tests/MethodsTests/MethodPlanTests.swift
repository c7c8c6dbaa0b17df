import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

/// A method whose plan is compared with a run.
private struct PlannedCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  /// Passes over all models before the merge; nil where that is an estimate.
  let passes: Int?
  let make: @Sendable () -> BaseAlgorithm
}

@Suite struct MethodPlanTests {
  private static let cases: [PlannedCase] = [
    PlannedCase(testDescription: "simple average", passes: 0) { SimpleAverageAlgorithm() },
    PlannedCase(testDescription: "task arithmetic", passes: 0) { TaskArithmeticAlgorithm() },
    PlannedCase(testDescription: "TIES", passes: nil) { TiesMergingAlgorithm() },
    PlannedCase(testDescription: "EMR", passes: 1) { EMRMerging() },
    PlannedCase(testDescription: "Model Breadcrumbs", passes: nil) {
      let method = BreadcrumbsMerging()
      method.density = .number(0.5)
      return method
    },
    PlannedCase(testDescription: "task singular vectors", passes: 0) {
      TaskSingularVectorMerging()
    },
    PlannedCase(testDescription: "isotropic merging", passes: 0) {
      IsotropicMergingInCommonSubspace()
    },
  ]

  private static func models() throws -> [MeteredStateDict] {
    try (0...2).map { model in
      var random = SampleNumbers(seed: UInt64(model))
      func tensor(_ name: TensorName, _ shape: [Int]) throws -> Tensor {
        try Tensor(
          name, dtype: .float32, shape: shape,
          values: (0..<shape.reduce(1, *)).map { _ in
            Double(Int64(bitPattern: random.next())) * 0x1p-62
          })
      }
      return MeteredStateDict(
        try InMemoryStateDict([
          tensor("embedding", [200, 33]), tensor("layers.0.weight", [40, 50]),
          tensor("layers.0.bias", [40]), tensor("layers.1.weight", [50, 40]),
        ]))
    }
  }

  private static func pool(_ models: [MeteredStateDict]) throws -> BaseModelPool {
    try BaseModelPool(zip(["_pretrained_", "a", "b"], models).map { (name: $0, model: $1) })
  }

  /// Bytes that all of so many ranks read, pass by pass, and last for the result.
  private static func bytesRead(_ plan: MethodPlan, _ ranks: Int) throws -> [Int] {
    let result = plan.result.namedModels
    return plan.passes.map { pass in
      (0..<ranks).reduce(0) { sum, rank in
        pass.slices(part: rank, of: ranks).reduce(sum) { $0 + pass.work(of: $1).bytesRead }
      }
    }
      + result.map { _, model in
        (0..<ranks).reduce(0) { sum, rank in
          model.slices(part: rank, of: ranks, limit: .max).reduce(sum) {
            $0 + model.work(of: $1).bytesRead
          }
        }
      }
  }

  @Test("a plan reads nothing and names every byte that the run reads", arguments: cases)
  fileprivate func bytes(_ method: PlannedCase) throws {
    let models = try Self.models()
    let pool = try Self.pool(models)
    let plan = try MethodPlan(method.make(), on: pool)
    #expect(models.allSatisfy { $0.bytesRead == 0 })

    // An average does not look at the pre-trained model.
    let read = method.make() is SimpleAverageAlgorithm ? models[1...] : models[...]
    let all = read.reduce(0) { $0 + $1.manifest.byteCount }
    let planned = try Self.bytesRead(plan, 1)
    for ranks in [2, 3, 7] { #expect(try Self.bytesRead(plan, ranks) == planned) }
    if let passes = method.passes { #expect(plan.passes.count == passes) }
    #expect(planned.allSatisfy { $0 == all })

    // The pool is none the worse for having been planned with.
    let result = try method.make().run(pool)
    let before = models.reduce(0) { $0 + $1.bytesRead }
    if let passes = method.passes {
      #expect(before == passes * all)
    } else {
      // Fewer where a pass has found enough, more where the values are awkward.
      #expect(before > 0 && before <= 2 * plan.passes.count * all)
    }
    for (_, model) in result.namedModels {
      _ = try model.bytes(of: model.slices(part: 0, of: 1, limit: 1000))
    }
    let after = models.reduce(0) { $0 + $1.bytesRead }
    #expect(after - before == all * result.namedModels.count)
  }

  @Test("a plan of SMILE takes every linear layer for changed")
  func smile() throws {
    let method = SmileUpscalingAlgorithm(gateRank: 1, rank: 4)
    let plan = try MethodPlan(method, on: try Self.pool(try Self.models()))
    let names = try #require(plan.result.model).manifest.tensors.map(\.name.string)
    #expect(plan.passes.count == 1)
    #expect(names.contains("layers.0.gate.weights") && names.contains("layers.1.experts.1.svh"))
  }

  @Test("a matrix takes time, its whole size to read, and memory for its thread")
  func matrices() throws {
    let models = try Self.models()
    let plan = try MethodPlan(TaskSingularVectorMerging(), on: try Self.pool(models))
    let model = try #require(plan.result.model)
    let slices = (0..<3).map { model.slices(part: $0, of: 3, limit: .max) }
    let matrices = slices.map { $0.filter { $0.tensor != 2 } }
    #expect(matrices.map(\.count) == [1, 1, 1])
    for slice in matrices.joined() {
      let work = model.work(of: slice)
      #expect(work.bytesRead == slice.count * 4 * 3)
      #expect(work.seconds > 0 && work.memory > slice.count * 8)
    }
    // The bias is everybody's.
    let rest = slices.joined().filter { $0.tensor == 2 }
    #expect(rest.reduce(0) { $0 + $1.count } == 40)
    #expect(rest.allSatisfy { model.work(of: $0).seconds == 0 })
  }
}
