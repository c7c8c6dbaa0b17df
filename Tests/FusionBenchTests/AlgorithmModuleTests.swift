import FusionBench
import FusionTestSupport
import Testing

/// A method of one's own, with two parameters.
final class CustomAlgorithm: BaseAlgorithm, SimpleProfilerMixin {
  override class var targets: [String] { ["mine.CustomAlgorithm"] }
  @Parameter("custom_param") var customParam = 0.5
  @Parameter("another_param") var anotherParam = true
  let profiler = SimpleProfiler()

  override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors()
    }
    let weight = anotherParam ? customParam : 0
    return try profile("merge models") {
      .model(
        ElementwiseMerge(inputs, label: "custom") { block in
          for vector in block.models { block.sum.add(vector) }
          block.sum.scale(by: weight, onto: block.base)
        })
    }
  }
}

/// A method that asks the program's task pool which scaling factor is best.
final class AdaptiveAlgorithm: BaseAlgorithm {
  override class var targets: [String] { ["mine.AdaptiveAlgorithm"] }
  @Parameter("adaptation_steps") var adaptationSteps = 4
  var best = 0.0

  override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    var highest = -Double.infinity
    if let taskpool = program?.taskpool {
      for step in 0..<adaptationSteps {
        let factor = Double(step) / 10
        guard
          let model = try TaskArithmeticAlgorithm(scalingFactor: factor).run(modelpool).model,
          case .number(let score)? = try taskpool.evaluate(model)["score"]
        else { continue }
        if score > highest { (highest, best) = (score, factor) }
      }
    }
    return try TaskArithmeticAlgorithm(scalingFactor: best).run(modelpool)
  }
}

/// Scores a model by how near its first value is to that of scaling factor 0.2.
final class NearestTaskPool: BaseTaskPool {
  override class var targets: [String] { ["mine.NearestTaskPool"] }
  override func evaluate(_ model: any StateDict) throws -> JSONValue {
    let pool = try GoldenModel.pool()
    guard let goal = try TaskArithmeticAlgorithm(scalingFactor: 0.2).run(pool).model else {
      return .null
    }
    let distance = abs(try goldenColumns(of: model)[0] - goldenColumns(of: goal)[0])
    return .object(["score": .number(-distance)])
  }
}

/// A program around a pool in hand.
final class HandProgram: FusionProgram {
  let taskpool: BaseTaskPool?
  var fastDevRun: Bool { false }
  var seed: Int? { nil }
  init(_ taskpool: BaseTaskPool?) { self.taskpool = taskpool }
}

/// A method of FusionBench 0.1.
final class OldAlgorithm: ModelFusionAlgorithm {
  var param: Double {
    if case .float(let value)? = algorithmConfig["param"]?.value { value } else { 0.5 }
  }
}

/// Everything that FusionBench's page on its algorithm module shows, in Swift.
@Suite struct AlgorithmModuleTests {
  private func columns(_ result: FusionResult) throws -> [Double] {
    try goldenColumns(of: try #require(result.model))
  }

  @Test("a method is made directly, with its default or another parameter, and run")
  func directly() throws {
    let pool = try GoldenModel.pool()
    let merged = try columns(TaskArithmeticAlgorithm(scalingFactor: 0.3).run(pool))
    #expect(try columns(TaskArithmeticAlgorithm().run(pool)) == merged)
    let algorithm = TaskArithmeticAlgorithm()
    algorithm.scalingFactor = 0.6
    #expect(try columns(algorithm.run(pool)) != merged)
  }

  @Test("a method is made from a configuration file, and gives the same as made directly")
  func fromConfiguration() throws {
    let config = try ConfigFile.load("\(Repository.config)/method/task_arithmetic.yaml")
    let algorithm: BaseAlgorithm = try instantiate(config)
    let pool = try GoldenModel.pool()
    #expect(
      try columns(algorithm.run(pool))
        == columns(TaskArithmeticAlgorithm(scalingFactor: 0.3).run(pool)))
  }

  @Test("defaults in code are those of the configuration files")
  func sameDefaults() throws {
    for name in ["task_arithmetic", "ties_merging", "linear/weighted_average", "simple_average"] {
      let made: BaseAlgorithm = try instantiate(
        ConfigFile.load("\(Repository.config)/method/\(name).yaml"))
      #expect(made.config == type(of: made).init().config, "\(name)")
    }
  }

  @Test("a method of one's own has a configuration, is made from one, and is profiled")
  func custom() throws {
    let custom = CustomAlgorithm()
    #expect(
      custom.toYAML() == """
        _target_: mine.CustomAlgorithm
        _recursive_: false
        _usage_: null
        _version_: \(fusionBenchVersion)
        custom_param: 0.5
        another_param: true

        """)
    let config = try ConfigFile.parse(
      "{_target_: mine.CustomAlgorithm, custom_param: 0.3, another_param: true}")
    let made: CustomAlgorithm = try instantiate(config, components: [CustomAlgorithm.self])
    let pool = try GoldenModel.pool()
    #expect(
      try columns(made.run(pool))
        == columns(TaskArithmeticAlgorithm(scalingFactor: 0.3).run(pool)))
    made.printProfileSummary(title: "Custom")
    #expect(made.profiler.totals.map(\.action) == ["load models", "merge models"])
  }

  @Test("a method asks the program's task pool while it merges")
  func adaptive() throws {
    let algorithm = AdaptiveAlgorithm()
    let program = HandProgram(NearestTaskPool())
    algorithm.program = program
    let pool = try GoldenModel.pool()
    let merged = try columns(algorithm.run(pool))
    #expect(algorithm.best == 0.2)
    #expect(try merged == columns(TaskArithmeticAlgorithm(scalingFactor: 0.2).run(pool)))
  }

  @Test("the fabric is there for every method, in one process too")
  func fabric() {
    #expect(CustomAlgorithm().world.worldSize == 1)
    #expect(CustomAlgorithm().fabric == nil)
  }

  @Test("a program is made from three configurations and runs, with methods of one's own")
  func program() throws {
    let folder = try Repository.temporaryFolder()
    defer { Repository.remove(folder) }
    try Repository.saveGoldenModels(to: folder)
    let program = FabricModelFusionProgram(
      method: try ConfigFile.parse("{_target_: mine.CustomAlgorithm, custom_param: 0.3}"),
      modelpool: try ConfigFile.parse(
        """
        _target_: fusion_bench.modelpool.LazyStateDictPool
        models: {_pretrained_: \(folder)/base, a: \(folder)/ft1, b: \(folder)/ft2, c: \(folder)/ft3}
        """),
      taskpool: try ConfigFile.parse("_target_: fusion_bench.taskpool.DummyTaskPool"))
    program.components = [CustomAlgorithm.self]
    program.printConfig = false
    program.reportSavePath = .none
    program.mergedModelSavePath = "\(folder)/merged"
    try program.run()
    let merged = try LazyStateDictPool(models: ["m": "\(folder)/merged"]).loadModel("m")
    let expected = try columns(
      TaskArithmeticAlgorithm(scalingFactor: 0.3).run(try GoldenModel.pool()))
    #expect(try goldenColumns(of: merged) == expected)
  }

  @Test("configurations and factories of 0.1 still work")
  func migration() throws {
    let config = try ConfigFile.parse("{name: ties_merging, threshold: 50}")
    let algorithm = try AlgorithmFactory.createAlgorithm(config)
    #expect((algorithm as? TiesMergingAlgorithm)?.threshold == 50)
    #expect(AlgorithmFactory.availableAlgorithms.contains("ties_merging"))
    let pool = try ModelPoolFactory.createModelPool(
      ConfigFile.parse("{type: AutoModelPool, models: [{name: _pretrained_, path: a}]}"))
    #expect(pool.hasPretrained && pool is LazyStateDictPool)
    #expect(ModelPoolFactory.availableModelPools.contains("AutoModelPool"))
    #expect(try TaskPoolFactory.createTaskPool(ConfigFile.parse("type: dummy")) is DummyTaskPool)
    #expect(TaskPoolFactory.availableTaskPools.contains("dummy"))
    #expect(OldAlgorithm(try ConfigFile.parse("{name: old, param: 0.7}")).param == 0.7)
    #expect(OldAlgorithm(try ConfigFile.parse("{name: old}")).param == 0.5)
  }
}
