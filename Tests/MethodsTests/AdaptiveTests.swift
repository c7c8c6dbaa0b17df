import ConfigTree
import Foundation
import FusionCore
import FusionTestSupport
import Synchronization
import Tensors
import Testing

@testable import Methods

/// Tasks that are solved by weights: the loss is the squared distance of the merge from a target.
private final class TargetTaskPool: BaseTaskPool {
  var target: [Double] = []
  var fails = false
  private(set) var evaluations = 0
  private(set) var seenThreads: [Int?] = []

  override func evaluate(_ model: any StateDict) throws -> JSONValue {
    evaluations += 1
    seenThreads.append(threads)
    if fails && evaluations > 3 { throw AdaptiveError.noAverage }
    let values = try model.manifest.tensors.flatMap { try model.tensor($0.name).doubles() }
    let loss = zip(values, target).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    // Coarse steps, as an accuracy has.
    let accuracy = (1 / (1 + loss) * 20).rounded(.down) / 20
    return .object([
      "average": .object(["accuracy": .number(accuracy), "loss": .number(loss)])
    ])
  }
}

private final class LoggingProgram: FusionProgram {
  let taskpool: BaseTaskPool?
  let seed: Int?
  let logDirectory: String?
  var fastDevRun: Bool { false }

  init(_ taskpool: BaseTaskPool?, seed: Int? = 4, logDirectory: String? = nil) {
    self.taskpool = taskpool
    self.seed = seed
    self.logDirectory = logDirectory
  }
}

@Suite struct AdaptiveTests {
  /// Two layers and a head; task vectors of unit vectors, so that weights can be read off a merge.
  private static func pool() throws -> BaseModelPool {
    func model(_ values: [Double]) throws -> InMemoryStateDict {
      let names: [TensorName] = ["embed", "layers.0.w", "layers.1.w"]
      return try InMemoryStateDict(
        names.enumerated().map { i, name in
          try Tensor(
            name, dtype: .float64, shape: [2], values: Array(values[2 * i..<2 * i + 2]))
        })
    }
    return try BaseModelPool([
      ("_pretrained_", model([0, 0, 0, 0, 0, 0])), ("a", model([1, 0, 1, 0, 1, 0])),
      ("b", model([0, 1, 0, 1, 0, 1])),
    ])
  }

  private static let target = [0.7, -0.2, 0.1, 0.9, 0.5, 0.4]

  /// What a run on `fabric` found.
  private static func adapt(
    _ change: (AdaptiveAlgorithm) -> Void, fabric: (any Fabric)? = nil, logDirectory: String? = nil
  ) throws -> (values: [Double], report: JSONValue?, evaluations: Int) {
    let method = AdaptiveAlgorithm()
    method.steps = 25
    change(method)
    let taskpool = TargetTaskPool()
    taskpool.target = target
    let program = LoggingProgram(taskpool, logDirectory: logDirectory)
    let pool = try pool()
    method.program = program
    method.fabric = fabric
    pool.fabric = fabric
    let merged = try withExtendedLifetime(program) { try method.run(pool).model }
    #expect(taskpool.threads == nil)
    #expect(taskpool.seenThreads.allSatisfy { $0 == fabric?.threads ?? LocalFabric().threads })
    let values = try merged.map { merged in
      try merged.manifest.tensors.flatMap { try merged.tensor($0.name).doubles() }
    }
    return (values ?? [], method.reportEntries["adaptation"], taskpool.evaluations)
  }

  @Test("one weight per model comes close to the best that such weights can do")
  func taskWise() throws {
    let found = try Self.adapt { $0.metric = .loss }
    // The mean of the targets of each model.
    let best = [(0.7 + 0.1 + 0.5) / 3, (-0.2 + 0.9 + 0.4) / 3]
    for i in 0..<6 { #expect(abs(found.values[i] - best[i % 2]) < 0.01) }
    #expect(found.evaluations == 1 + 25 * 6)
    let weights = try #require(found.report?["weights"]?["all"])
    #expect(weights["a"] == .number(found.values[0]) && weights["b"] == .number(found.values[1]))
  }

  @Test("weights per layer come close to the target, group by group")
  func layerWise() throws {
    let found = try Self.adapt {
      $0.isLayerWise = true
      $0.metric = .loss
      $0.steps = 120
    }
    for (value, target) in zip(found.values, Self.target) { #expect(abs(value - target) < 0.01) }
    let weights = try #require(found.report?["weights"])
    for (i, group) in ["other", "layers.0", "layers.1"].enumerated() {
      #expect(weights[group]?["a"] == .number(found.values[2 * i]))
      #expect(weights[group]?["b"] == .number(found.values[2 * i + 1]))
    }
  }

  @Test("accuracy decides before loss, and the result is never worse than the start")
  func metrics() throws {
    let start = try Self.adapt { $0.steps = 0 }
    let found = try Self.adapt { $0.steps = 8 }
    func number(_ report: JSONValue?, _ key: String) throws -> Double {
      guard case .number(let value)? = report?[key] else { throw AdaptiveError.noAverage }
      return value
    }
    #expect(try number(found.report, "accuracy") > number(start.report, "accuracy"))
    #expect(start.evaluations == 1 && start.report?["step"] == .integer(0))
    #expect(start.values.allSatisfy { $0 == 0.3 })
    let a = AdaptiveScore(accuracy: 0.5, loss: 2)
    let b = AdaptiveScore(accuracy: 0.6, loss: 3)
    let broken = AdaptiveScore(accuracy: .nan, loss: .nan)
    #expect(b.isBetter(than: a, by: .accuracy) && !b.isBetter(than: a, by: .loss))
    #expect(a.isBetter(than: b, by: .loss) && !a.isBetter(than: a, by: .loss))
    #expect(a.isBetter(than: broken, by: .loss) && !broken.isBetter(than: a, by: .accuracy))
    #expect(AdaptiveScore(accuracy: 0.5, loss: 1).isBetter(than: a, by: .accuracy))
  }

  @Test("any number of ranks finds the same weights", arguments: [1, 2, 3, 4, 5])
  func ranks(_ ranks: Int) throws {
    let alone = try Self.adapt { $0.steps = 6 }
    let results = try ThreadFabric.run(ranks: ranks) { fabric in
      let found = try Self.adapt({ $0.steps = 6 }, fabric: fabric)
      return (found.values, found.evaluations, found.report?.text())
    }
    for (values, _, report) in results {
      #expect(values == alone.values)
      #expect(report == alone.report?.text())
    }
    #expect(results.map(\.1).reduce(0, +) == alone.evaluations)
    if ranks <= 5 { #expect(results.allSatisfy { $0.1 > 0 }) }
  }

  @Test("of more ranks than candidates some only help to merge")
  func groups() throws {
    let alone = try Self.adapt {
      $0.steps = 2
      $0.population = 4
    }
    let results = try ThreadFabric.run(ranks: 7) { fabric in
      let found = try Self.adapt(
        {
          $0.steps = 2
          $0.population = 4
        }, fabric: fabric)
      return (found.values, found.evaluations)
    }
    #expect(results.allSatisfy { $0.0 == alone.values })
    #expect(results.map(\.1).reduce(0, +) == alone.evaluations)
  }

  @Test("a failed evaluation of one rank is everybody's failure")
  func failure() {
    let outcomes = ThreadFabric.outcomes(ranks: 3) { fabric in
      let taskpool = TargetTaskPool()
      taskpool.target = Self.target
      taskpool.fails = fabric.globalRank == 1
      let program = LoggingProgram(taskpool)
      let pool = try Self.pool()
      let method = AdaptiveAlgorithm()
      (method.program, method.fabric, pool.fabric) = (program, fabric, fabric)
      _ = try withExtendedLifetime(program) { try method.run(pool) }
    }
    for outcome in outcomes {
      guard case .failure(let error as AgreedError) = outcome else {
        Issue.record("\(outcome) is not an agreed failure")
        continue
      }
      #expect(error.rank == 1 && error.description == "\(AdaptiveError.noAverage)")
    }
  }

  @Test("the best weights are saved in the log folder")
  func log() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("adaptive-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let found = try Self.adapt({ $0.steps = 1 }, logDirectory: folder.path + "/deep")
    let text = try [UInt8](
      Data(contentsOf: folder.appendingPathComponent("deep/adaptive_weights.json")))
    #expect(try JSONValue(parsing: text, source: "") == found.report)
  }

  @Test("what cannot be adapted is refused with parameter and value")
  func refusals() throws {
    let method = AdaptiveAlgorithm()
    #expect(message { _ = try method.run(Self.pool()) } == "\(AdaptiveError.noTaskPool)")
    let program = LoggingProgram(TargetTaskPool())
    method.program = program
    method.initialWeights = [0.1]
    #expect(
      message { _ = try withExtendedLifetime(program) { try method.run(Self.pool()) } }
        == "method.weights_initial=[0.1]: has 1 value(s), but the model pool has 2 model(s): "
        + "[\"a\", \"b\"]")
    for (change, text) in [
      ({ $0.initialWeights = [] }, "weights_initial=[]"),
      ({ $0.steps = -1 }, "adaptation_steps=-1"),
      ({ $0.population = 3 }, "population=3"), ({ $0.stepSize = 0 }, "step_size=0.0"),
    ] as [((AdaptiveAlgorithm) -> Void, String)] {
      let method = AdaptiveAlgorithm()
      change(method)
      #expect(message { try method.validate() }?.hasPrefix(text) == true)
    }
    #expect(throws: AdaptiveError.noAverage) { try AdaptiveScore(.object(["average": .null])) }
  }
}
