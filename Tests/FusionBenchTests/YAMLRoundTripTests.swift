import Foundation
import FusionBench
import Testing

/// Components that cannot be made without parameters.
private let needParameters = [
  "DepthUpscalingAlgorithm", "DepthUpscalingForLlama", "PassthroughMerge",
  "SingularValueCalibrationWithBaseMethod",
]

@Suite struct YAMLRoundTripTests {
  private func written(_ text: String, _ body: (String) throws -> Void) throws {
    let folder = try Repository.temporaryFolder()
    defer { Repository.remove(folder) }
    let path = "\(folder)/config.yaml"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try body(path)
  }

  @Test(
    "every built-in component is written and read back the same",
    arguments: builtinComponents.indices.filter { index in
      !needParameters.contains("\(builtinComponents[index])")
    })
  func roundTrip(_ index: Int) throws {
    let component = builtinComponents[index].init()
    component.usage = "for tests: \"quoted\"\nand more"
    let folder = try Repository.temporaryFolder()
    defer { Repository.remove(folder) }
    let path = "\(folder)/deeper/component.yaml"
    try component.toYAML(path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == component.toYAML())
    let node = try ConfigFile.load(path)
    #expect(node == component.config)
    let copy: any Component = try Registry(builtinComponents).make(node, role: "")
    #expect(type(of: copy) == builtinComponents[index])
    #expect(copy.config == component.config)
  }

  @Test("parameters that were set come back")
  func values() throws {
    let folder = try Repository.temporaryFolder()
    defer { Repository.remove(folder) }
    let ties = TiesMergingAlgorithm(scalingFactor: 1e-05, threshold: 33, mergeFunction: .max)
    ties.removeKeys = ["a.b", "null", "1e3"]
    try ties.toYAML("\(folder)/ties.yaml")
    let copy = try TiesMergingAlgorithm.fromYAML("\(folder)/ties.yaml")
    let read = try #require(copy as? TiesMergingAlgorithm)
    #expect(read.scalingFactor == 1e-05 && read.threshold == 33)
    #expect(read.mergeFunction == .max && read.removeKeys == ["a.b", "null", "1e3"])
    let pool = try LazyStateDictPool(models: ["_pretrained_": "base", "a": "ft"])
    try pool.toYAML("\(folder)/pool.yaml")
    #expect(try LazyStateDictPool.fromYAML("\(folder)/pool.yaml").config == pool.config)
  }

  @Test("a whole program's file gives its parts, with interpolations into other parts")
  func wholeProgram() throws {
    let text = """
      _target_: fusion_bench.programs.FabricModelFusionProgram
      _recursive_: false
      factor: 0.75
      path: {data: /data}
      method:
        _target_: fusion_bench.method.TaskArithmeticAlgorithm
        scaling_factor: ${factor}
      modelpool:
        _target_: fusion_bench.modelpool.LazyStateDictPool
        models: {_pretrained_: "${path.data}/base", a: "${.._pretrained_}/a"}
      taskpool:
        _target_: fusion_bench.taskpool.DummyTaskPool
      """
    try written(text.replacingOccurrences(of: "${.._pretrained_}", with: "${._pretrained_}")) {
      path throws in
      let method = try TaskArithmeticAlgorithm.fromYAML(path)
      #expect((method as? TaskArithmeticAlgorithm)?.scalingFactor == 0.75)
      let pool = try BaseModelPool.fromYAML(path)
      #expect(try pool.modelPath("a") == "/data/base/a")
      #expect(try BaseTaskPool.fromYAML(path) is DummyTaskPool)
    }
  }

  @Test("the class that the file names is made, and a class of one's own is known by itself")
  func otherClass() throws {
    try written("_target_: fusion_bench.method.SimpleAverageAlgorithm\n") { path throws in
      #expect(try TaskArithmeticAlgorithm.fromYAML(path) is SimpleAverageAlgorithm)
    }
    try written("{_target_: mine.CustomAlgorithm, custom_param: 2}\n") { path throws in
      #expect((try CustomAlgorithm.fromYAML(path) as? CustomAlgorithm)?.customParam == 2)
      #expect(throws: ParameterError.self) { try TaskArithmeticAlgorithm.fromYAML(path) }
    }
    try written("_target_: fusion_bench.modelpool.LazyStateDictPool\n") { path throws in
      #expect(throws: ParameterError.self) { try TaskArithmeticAlgorithm.fromYAML(path) }
    }
  }

  @Test("what FusionBench itself writes is read")
  func fusionBenchYAML() throws {
    let text = """
      _target_: fusion_bench.method.task_arithmetic.task_arithmetic.TaskArithmeticAlgorithm
      _recursive_: false
      _usage_: null
      _version_: 0.2.33
      scaling_factor: 0.3
      inplace: true
      """
    try written(text) { path throws in
      let method = try TaskArithmeticAlgorithm.fromYAML(path)
      #expect(method is TaskArithmeticAlgorithm)
      #expect(method.config["_version_"]?.string == fusionBenchVersion)
    }
  }

  @Test("errors name the file and the line")
  func errors() throws {
    try written("_target_: fusion_bench.method.TaskArithmeticAlgorithm\nscaling_facto: 1\n") {
      path throws in
      do {
        _ = try TaskArithmeticAlgorithm.fromYAML(path)
        Issue.record("the key was accepted")
      } catch {
        #expect(
          "\(error)"
            == "\(path):2: unknown parameter 'scaling_facto' of fusion_bench.method.TaskArithmeticAlgorithm; did you mean 'scaling_factor'?"
        )
      }
    }
    #expect(throws: ConfigError.self) { try BaseAlgorithm.fromYAML("/nowhere/at/all.yaml") }
    try written("[1, 2]") { path throws in
      #expect(throws: ParameterError.self) { try BaseAlgorithm.fromYAML(path) }
    }
  }

  @Test("instantiate refuses what is of another kind")
  func kinds() throws {
    let config = try ConfigFile.parse("_target_: fusion_bench.method.SimpleAverageAlgorithm")
    #expect(throws: ParameterError.self) { try instantiate(config, as: BaseModelPool.self) }
    let method: any Component = try instantiate(config)
    #expect(method is SimpleAverageAlgorithm)
  }
}
