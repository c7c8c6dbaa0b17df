import ConfigTree
import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

@Suite struct AveragingTests {
  private func weighted(_ weights: [Double], normalize: Bool = true) -> WeightedAverageAlgorithm {
    let method = WeightedAverageAlgorithm(weights: weights, normalize: normalize)
    method.verbose = false
    return method
  }

  @Test("averages leave the pre-trained model out")
  func ignoresPretrained() throws {
    let three = try pool(base: [100], [1], [2], [6])
    #expect(try merged(SimpleAverageAlgorithm(), three) == [3])
    #expect(try merged(weighted([1, 1, 2]), three) == [3.75])
    #expect(try merged(weighted([1, -1, 2], normalize: false), three) == [11])
  }

  @Test("averages need no pre-trained model")
  func withoutPretrained() throws {
    let pair = try GoldenModel.pool(models: 2, pretrained: false)
    let average = try #require(try SimpleAverageAlgorithm().run(pair).model)
    let a = try GoldenModel.stateDict(1).tensor("encoder.fc.bias").doubles()
    let b = try GoldenModel.stateDict(2).tensor("encoder.fc.bias").doubles()
    #expect(try average.tensor("encoder.fc.bias").doubles() == zip(a, b).map { ($0 + $1) / 2 })
  }

  @Test("a mean of halves is rounded once, not at every model")
  func roundsOnce() throws {
    // Summed in bfloat16, 256 + 1 + 1 stays 256.
    let three = try pool(base: [0], [256], [1], [1], dtype: .bfloat16)
    #expect(try merged(SimpleAverageAlgorithm(), three) == [86])
    #expect(try merged(TaskArithmeticAlgorithm(scalingFactor: 1), three) == [258])
  }

  @Test("a number of weights that is not that of models is an error that names both")
  func weightCount() throws {
    #expect(
      message { _ = try weighted([0.5, 0.5]).run(pool(base: [0], [1], [2], [3])) }
        == "method.weights has 2 value(s), but the model pool has 3 model(s): [\"a\", \"b\", \"c\"]"
    )
  }

  @Test(
    "weights that cannot be normalised are an error",
    arguments: [[1, -1], [0, 0], [1e308, 1e308]])
  func zeroSum(_ weights: [Double]) throws {
    let sum = weights.reduce(0, +)
    let two = try pool(base: [0], [1], [2])
    #expect(
      message { _ = try weighted(weights).run(two) }
        == "weights=\(weights): their sum is \(sum), so they cannot be normalised; use normalize=false"
    )
    #expect(try merged(weighted(weights, normalize: false), two)[0].isNaN == false)
  }

  @Test("no weights at all are an error, in the configuration already")
  func noWeights() {
    let node = ConfigNode(.dictionary(["weights": ConfigNode(.list([]))]))
    #expect(
      message { try WeightedAverageAlgorithm().configure(node, at: "method") }
        == "method.weights=[]: give one weight per model")
  }

  @Test("weights of zero leave a model out")
  func zeroWeight() throws {
    #expect(try merged(weighted([0, 1]), pool(base: [0], [7], [2])) == [2])
  }
}

@Suite struct TaskArithmeticTests {
  @Test("task vectors are added, scaled, onto the pre-trained model")
  func adds() throws {
    let two = try pool(base: [1, 2], [3, 2], [1, -2])
    #expect(try merged(TaskArithmeticAlgorithm(scalingFactor: 0.5), two) == [2, 0])
    #expect(try merged(TaskArithmeticAlgorithm(scalingFactor: 0), two) == [1, 2])
    #expect(try merged(TaskArithmeticAlgorithm(scalingFactor: -1), two) == [-1, 6])
  }

  @Test("integer tensors keep the pre-trained values")
  func integers() throws {
    let pool = try BaseModelPool([
      ("_pretrained_", single([3], dtype: .int64)), ("a", single([4], dtype: .int64)),
    ])
    #expect(try merged(TaskArithmeticAlgorithm(), pool) == [3])
  }
}

@Suite struct PoolNeedsTests {
  private static let needPretrained: [MethodCase] = MethodCase.all.filter {
    $0.testDescription.hasPrefix("TIES") || $0.testDescription == "task arithmetic"
  }

  @Test(
    "a method on task vectors names the pre-trained model that is missing",
    arguments: needPretrained)
  func missingPretrained(_ method: MethodCase) throws {
    #expect(
      message { _ = try method.make().run(GoldenModel.pool(pretrained: false)) }
        == "the method needs a model called '_pretrained_' in modelpool.models; available models: [\"a\", \"b\", \"c\"]"
    )
    let lonely = try BaseModelPool([("_pretrained_", GoldenModel.stateDict(0))])
    #expect(
      message { _ = try method.make().run(lonely) }?.hasPrefix("the model pool has no models")
        == true)
  }

  @Test("an empty pool is an error of every method", arguments: MethodCase.all)
  func emptyPool(_ method: MethodCase) {
    #expect(message { _ = try method.make().run(BaseModelPool()) } != nil)
  }

  @Test("the dummy gives the pre-trained model, or the first")
  func dummy() throws {
    #expect(try merged(DummyAlgorithm(), pool(base: [1], [2])) == [1])
    #expect(
      try merged(DummyAlgorithm(), BaseModelPool([("a", single([2])), ("b", single([3]))])) == [2])
  }

  @Test("every method answers to FusionBench's names and keeps its configuration")
  func registry() throws {
    let needParameters: [BaseAlgorithm.Type] = [
      DepthUpscalingAlgorithm.self, DepthUpscalingForLlama.self, PassthroughMerge.self,
      SingularValueCalibrationWithBaseMethod.self,
    ]
    let registry = Registry(
      builtinMethods.filter { type in !needParameters.contains { $0 == type } })
    for name in registry.targets {
      let node = ConfigNode(.dictionary(["_target_": ConfigNode(.string(name))]))
      let made: BaseAlgorithm = try registry.make(node, role: "method")
      let again: BaseAlgorithm = try registry.make(made.config, role: "method")
      #expect(again.config == made.config)
    }
    for name in [
      "SimpleAverageAlgorithm", "WeightedAverageAlgorithm", "TaskArithmeticAlgorithm",
      "TiesMergingAlgorithm", "DummyAlgorithm",
    ] {
      #expect(registry.targets.contains("fusion_bench.method.\(name)"))
    }
  }
}
