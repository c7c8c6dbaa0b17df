import ConfigTree
import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

@Suite struct MergekitTests {
  private func three(_ a: [Double], _ b: [Double], _ c: [Double]) throws -> BaseModelPool {
    try BaseModelPool(
      zip(["a", "b", "c"], [a, b, c]).map { ($0, try single($1, dtype: .float64)) })
  }

  private func isClose(_ found: [Double], _ wanted: [Double]) -> Bool {
    found.count == wanted.count && zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-6 }
  }

  @Test("the Karcher mean of three axes points to their middle and keeps the norm")
  func karcher() throws {
    let third = (1.0 / 3).squareRoot()
    let mean = try merged(KarcherMerging(), three([2, 0, 0], [0, 2, 0], [0, 0, 2]))
    #expect(isClose(mean, [2 * third, 2 * third, 2 * third]))
    // A zero has no direction but counts in the norm; so does nothing at all.
    #expect(
      isClose(try merged(KarcherMerging(), three([3, 0, 0], [0, 0, 0], [3, 0, 0])), [2, 0, 0]))
    #expect(try merged(KarcherMerging(), three([0], [0], [0])) == [0])
  }

  @Test("opposite directions have a mean that is finite")
  func opposite() throws {
    for method in [KarcherMerging(), MultiSlerpMerging()] {
      let values = try merged(method, three([1, 0], [-1, 0], [0, 0]))
      #expect(values.allSatisfy { $0.isFinite }, "\(values)")
    }
    let pool = try BaseModelPool([
      ("a", single([2, 0], dtype: .float64)), ("b", single([-2, 0], dtype: .float64)),
    ])
    #expect(isClose(try merged(NuSlerpMerging(), pool), [0, 0]))
    #expect(isClose(try merged(MultiSlerpMerging(), pool), [0, 0]))
  }

  @Test("single elements of opposite signs, whose directions all but cancel, keep all digits")
  func oppositeElements() throws {
    // Their units differ by eps alone: -1e-6 in sum, so the mean points to -1.
    let pool = try BaseModelPool([
      ("a", single([0.003], dtype: .float64)), ("b", single([-0.007], dtype: .float64)),
    ])
    let values = try merged(MultiSlerpMerging(), pool)
    #expect(abs(values[0] + 0.005) < 1e-12, "\(values)")
  }

  @Test("models equal to the pre-trained one change nothing", arguments: MethodCase.mergekit)
  func noChange(_ method: MethodCase) throws {
    guard method.names.contains("_pretrained_"), method.testDescription != "Karcher mean" else {
      return
    }
    let values = [1.5, -2, 0, 3]
    let pool = try BaseModelPool(method.names.map { ($0, try single(values)) })
    #expect(try merged(method.make(), pool) == values)
  }

  @Test("one model is returned as it is")
  func oneModel() throws {
    let pool = try BaseModelPool([("a", single([1, 2]))])
    #expect(try merged(KarcherMerging(), pool) == [1, 2])
    #expect(try merged(MultiSlerpMerging(), pool) == [1, 2])
  }

  @Test("a NaN reaches the result")
  func notANumber() throws {
    for method in [KarcherMerging(), MultiSlerpMerging()] as [BaseAlgorithm] {
      #expect(try merged(method, three([1, .nan], [1, 0], [0, 1])).allSatisfy { $0.isNaN })
    }
    let method = RAMMerging()
    let values = try merged(method, pool(base: [1, 1], [2, .nan], [2, 1]))
    #expect(values[0] == 2 && values[1].isNaN)
  }

  @Test("nearswap takes what is near, and moves by t at most")
  func nearswap() throws {
    let method = NearSwapMerging()
    method.t = 0.5
    #expect(
      try merged(method, pool(base: [1, 1, 1, 1], [1.25, 3, -1, 1], dtype: .float64))
        == [1.25, 1.5, 0.5, 1])
  }

  @Test("RAM keeps what is alone and averages what is shared; RAM+ strengthens the former")
  func ram() throws {
    let models = try pool(base: [0, 0, 0], [1, 4, 0], [0, 2, 0], dtype: .float64)
    #expect(try merged(RAMMerging(), models) == [1, 3, 0])
    for plus in [RAMPlusMerging(), RAMPlusTLMerging()] {
      plus.strength = 0.5
      plus.limit = 4
      // Model a has one change alone and one shared.
      #expect(try merged(plus, models) == [1.5, 3, 0])
    }
  }

  @Test("RAM+ counts over whole models, or over tensors")
  func ramScope() throws {
    func model(_ x: [Double], _ y: [Double]) throws -> InMemoryStateDict {
      try InMemoryStateDict([
        Tensor("x", dtype: .float64, shape: [2], values: x),
        Tensor("y", dtype: .float64, shape: [2], values: y),
      ])
    }
    let pool = try BaseModelPool([
      ("_pretrained_", model([0, 0], [0, 0])), ("a", model([1, 0], [1, 2])),
      ("b", model([0, 0], [1, 0])),
    ])
    for (method, x, y) in [(RAMPlusMerging(), 1.25, 2.5), (RAMPlusTLMerging(), 1, 3)] {
      method.strength = 0.5
      method.limit = 9
      let result = try #require(try method.run(pool).model)
      #expect(try result.tensor("x").doubles() == [x, 0])
      #expect(try result.tensor("y").doubles() == [1, y])
    }
  }

  @Test("breadcrumbs keep the middle; a share of outliers below one element leaves none out")
  func breadcrumbs() throws {
    let method = BreadcrumbsMerging()
    method.density = .number(0.5)
    method.gamma = .number(0.25)
    let ramp = [1.0, -2, 3, -4]
    #expect(try merged(method, pool(base: [0, 0, 0, 0], ramp)) == [0, -2, 3, 0])
    method.gamma = .number(0.01)
    #expect(try merged(method, pool(base: [0, 0, 0, 0], ramp)) == [0, 0, 3, -4])
    // Among equals the first ones are the smaller.
    #expect(try merged(method, pool(base: [0, 0, 0, 0], [1, 1, 1, 1])) == [0, 0, 1, 1])
    method.rescale = true
    #expect(try merged(method, pool(base: [0, 0, 0, 0], [1, 1, 1, 1])) == [0, 0, 2, 2])
  }

  @Test("TIES' election leaves out the minority")
  func election() throws {
    let method = BreadcrumbsTiesMerging()
    method.weight = .list([1, 1, 1])
    let models = try pool(base: [0, 0], [1, 1], [2, 2], [-1, -9], dtype: .float64)
    #expect(try merged(method, models) == [3, -9])
    method.normalize = true
    #expect(try merged(method, models) == [1.5, -9])
  }

  @Test("SCE weighs by squares, unless they are smaller than wanted")
  func sce() throws {
    let models = try pool(base: [0, 0], [1, 1], [2, 2], dtype: .float64)
    let method = SCEMerging()
    #expect(isClose(try merged(method, models), [1.8, 1.8]))
    method.minMeanSquare = 10
    #expect(isClose(try merged(method, models), [1.5, 1.5]))
    method.topShare = 0.5
    let one = try pool(base: [0, 0], [1, 5], [2, 1], dtype: .float64)
    #expect(try merged(method, one)[0] == 0)
  }

  @Test(
    "parameters out of range name themselves and their values",
    arguments: [
      ("BreadcrumbsMerging", "density", "0", "density=0.0: must be above 0 and at most 1"),
      ("BreadcrumbsMerging", "density", "1.5", "density=1.5: must be above 0 and at most 1"),
      ("BreadcrumbsMerging", "gamma", "1", "gamma=1.0: must be from 0 to below 1"),
      ("SCEMerging", "select_topk", "0", "select_topk=0.0: must be above 0 and at most 1"),
      ("NearSwapMerging", "t", "-1", "t=-1.0: must not be negative"),
      ("KarcherMerging", "tol", "0", "tol=0.0: must be positive"),
      ("MultiSlerpMerging", "eps", "0", "eps=0.0: must be positive"),
      ("RAMMerging", "epsilon", "-1", "epsilon=-1.0: must not be negative"),
      ("RAMPlusMerging", "alpha", "-1", "alpha=-1.0: must not be negative"),
    ])
  func range(_ name: String, _ key: String, _ value: String, _ text: String) throws {
    let node = ConfigNode(
      .dictionary([
        "_target_": ConfigNode(.string(name)),
        ConfigKey.string(key): ConfigNode(.float(Double(value) ?? .nan)),
      ]))
    #expect(
      message {
        _ = try Registry(builtinMethods).make(node, role: "method") as BaseAlgorithm
      } == "method." + text)
  }

  @Test("lists of another length, and pools of another size, are named")
  func lengths() throws {
    let method = BreadcrumbsMerging()
    method.weight = .list([1, 2, 3])
    let pair = try pool(base: [1], [2], [3])
    #expect(
      message { _ = try method.run(pair) }
        == "method.weight=[1.0, 2.0, 3.0]: 3 value(s), but the model pool has 2 model(s): [\"a\", \"b\"]; give one number for all, or one for each"
    )
    #expect(
      message { _ = try NearSwapMerging().run(pair) }
        == "the method needs exactly one model besides '_pretrained_', but modelpool.models has 2: [\"a\", \"b\"]"
    )
    #expect(
      message { _ = try NuSlerpMerging().run(three([1], [2], [3])) }
        == "the method needs exactly two models besides '_pretrained_', but modelpool.models has 3: [\"a\", \"b\", \"c\"]"
    )
    let slerp = MultiSlerpMerging()
    slerp.weight = .list([1, -1])
    #expect(
      message { _ = try slerp.run(pair) }
        == "method.weight=[1.0, -1.0]: their sum is 0.0, so they cannot be normalised; use normalize_weights=false"
    )
  }

  @Test("DELLA keeps the density on average, the larger values more often, and rescales exactly")
  func della() throws {
    let count = 40_000
    let (density, epsilon) = (0.6, 0.2)
    let method = DellaLinearMerging()
    method.density = .number(density)
    method.epsilon = .number(epsilon)
    // The rank of a value is its position.
    let ramp = (0..<count).map { Double($0 + 1) }
    let zeros = [Double](repeating: 0, count: count)
    let values = try merged(method, pool(base: zeros, ramp, dtype: .float64))
    var kept = (all: 0.0, lower: 0.0)
    for (i, value) in values.enumerated() where value != 0 {
      let probability = density - epsilon + 2 * epsilon * Double(i) / Double(count - 1)
      #expect(abs(value * probability / ramp[i] - 1) < 1e-14)
      kept.all += 1
      if i < count / 2 { kept.lower += 1 }
    }
    // Four standard errors.
    let size = Double(count)
    #expect(abs(kept.all - density * size) < 4 * (0.25 * size).squareRoot())
    #expect(abs(kept.lower - (density - epsilon / 2) * size / 2) < 4 * (0.125 * size).squareRoot())
    method.seed = 1
    #expect(try merged(method, pool(base: zeros, ramp, dtype: .float64)) != values)
    method.density = .number(1)
    #expect(try merged(method, pool(base: zeros, ramp, dtype: .float64)) == ramp)
    method.density = .number(0.9)
    #expect(
      message { _ = try method.run(pool(base: [0], [1])) }
        == "method.epsilon=0.2: density 0.9 - epsilon must be above 0 and density + epsilon below 1"
    )
  }
}
