import ConfigTree
import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

@Suite struct TiesMergingTests {
  private func ties(
    _ threshold: Double, scale: Double = 1,
    _ function: TiesMergingAlgorithm.MergeFunction = .sum, removing: [String] = []
  ) -> TiesMergingAlgorithm {
    let method = TiesMergingAlgorithm(
      scalingFactor: scale, threshold: threshold, mergeFunction: function)
    method.removeKeys = removing
    return method
  }

  private let zeros = [Double](repeating: 0, count: 10)
  private let ramp = (1...10).map { Double($0) }

  @Test(
    "thresholds that trim nothing or keep nothing are refused, with parameter and value",
    arguments: [0, 1, 100, -5, 250, -0.5, Double.nan, .infinity])
  func badThresholds(_ threshold: Double) throws {
    let text = message { _ = try ties(threshold).run(pool(base: zeros, ramp)) }
    #expect(
      text
        == "threshold=\(threshold): must be a percentage between 1 and 100 or a fraction between "
        + "0 and 1, exclusive: 1 and 100 would trim nothing, 0 all but the largest value")
    let node = ConfigNode(.dictionary(["threshold": ConfigNode(.float(threshold))]))
    #expect(throws: ParameterError.self) { try TiesMergingAlgorithm().configure(node) }
  }

  @Test("int(d·K)+1 values of each task vector survive, percent above 1, fraction below")
  func keepsOneMore() throws {
    for threshold in [20, 0.2] {
      #expect(
        try merged(ties(threshold), pool(base: zeros, ramp)) == [0, 0, 0, 0, 0, 0, 0, 8, 9, 10])
    }
    #expect(try merged(ties(50), pool(base: zeros, ramp)) == [0, 0, 0, 0, 5, 6, 7, 8, 9, 10])
    #expect(try merged(ties(1.5), pool(base: zeros, ramp)) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 10])
    #expect(try merged(ties(99.9), pool(base: zeros, ramp)) == ramp)
    #expect(try merged(ties(0.999), pool(base: zeros, ramp)) == ramp)
  }

  @Test("values that tie with the cut all survive")
  func tiesOfTheCut() throws {
    let values: [Double] = [5, -5, 5, 5, -5, 1, 1, 1, 1, 1]
    #expect(
      try merged(ties(20), pool(base: zeros, values)) == [5, -5, 5, 5, -5, 0, 0, 0, 0, 0])
  }

  @Test("the cut is that of a whole task vector, not of a tensor or of all tasks")
  func cutIsGlobal() throws {
    func model(_ scale: Double) throws -> InMemoryStateDict {
      try InMemoryStateDict([
        Tensor("large", shape: [4], values: [10, 20, 30, 40].map { $0 * scale }),
        Tensor("small", shape: [4], values: [1, 2, 3, 4].map { $0 * scale }),
      ])
    }
    let pool = try BaseModelPool([
      ("_pretrained_", model(0)), ("a", model(1)), ("b", model(1000)),
    ])
    // 8 values at 25 %: three of each survive, 20, 30 and 40.
    let merge = try #require(try ties(25).run(pool).model)
    #expect(try merge.tensor("large").doubles() == [0, 20_020, 30_030, 40_040])
    #expect(try merge.tensor("small").doubles() == [0, 0, 0, 0])
  }

  @Test("integer tensors count in the vector, and stay the reference's")
  func integersCount() throws {
    func model(_ values: [Double], _ steps: [Double]) throws -> InMemoryStateDict {
      try InMemoryStateDict([
        Tensor("w", shape: [5], values: values),
        Tensor("steps", dtype: .int64, shape: [5], values: steps),
      ])
    }
    let base = try model([0, 0, 0, 0, 0], [7, 7, 7, 7, 7])
    let pool = try BaseModelPool([
      ("_pretrained_", base), ("a", model([1, 2, 3, 4, 5], [107, 7, 7, 7, 107])),
    ])
    // Ten elements at 30 %: the four largest are 100, 100, 5 and 4.
    let merge = try #require(try ties(30).run(pool).model)
    #expect(try merge.tensor("w").doubles() == [0, 0, 0, 4, 5])
    #expect(try merge.tensor("steps").doubles() == [7, 7, 7, 7, 7])
  }

  @Test("positions whose values cancel take the sign of all signs together")
  func majority() throws {
    let base: [Double] = [0, 0, 0, 0]
    // Everything survives. Position 0 cancels; the others vote 2 to 1.
    let positive = try pool(base: base, [2, 1, 1, -1], [-2, 3, 3, -3])
    #expect(try merged(ties(99), positive) == [2, 4, 4, -4])
    let negative = try pool(base: base, [2, -1, -1, 1], [-2, -3, -3, 3])
    #expect(try merged(ties(99), negative) == [-2, -4, -4, 4])
    // Without a majority a position counts as negative, but its maximum is multiplied by 0.
    let balanced = try pool(base: base, [2, 1, -1, 5], [-2, 3, -3, -5])
    #expect(try merged(ties(99), balanced) == [-2, 4, -4, -5])
    #expect(try merged(ties(99, .mean), balanced) == [-2, 2, -2, -5])
    #expect(try merged(ties(99, .max), balanced) == [0, 3, -3, 0])
  }

  @Test("mean divides by how many agree, max takes the largest of them")
  func functions() throws {
    let three = try pool(base: [1, 1], [3, 1.5], [5, -1], [-5, 1])
    // Task vectors 2, 0.5; 4, -2; -6, 0: the first position cancels and follows the second.
    #expect(try merged(ties(90, scale: 0.5), three) == [-2, 0])
    let agreeing = try pool(base: [1, 1], [3, 2], [5, -1], [0, 1])
    #expect(try merged(ties(90, scale: 1, .sum), agreeing) == [7, -1])
    #expect(try merged(ties(90, scale: 1, .mean), agreeing) == [4, -1])
    #expect(try merged(ties(90, scale: 1, .max), agreeing) == [5, -1])
  }

  @Test("removed tensors stay as pre-trained and do not count")
  func removed() throws {
    func model(_ head: [Double], _ body: [Double]) throws -> InMemoryStateDict {
      try InMemoryStateDict([
        Tensor("head", shape: [3], values: head), Tensor("body", shape: [4], values: body),
      ])
    }
    let pool = try BaseModelPool([
      ("_pretrained_", model([1, 1, 1], [0, 0, 0, 0])),
      ("a", model([100, 200, 300], [1, 2, 3, 4])),
    ])
    let with = try #require(try ties(30).run(pool).model)
    #expect(try with.tensor("body").doubles() == [0, 0, 0, 0])
    let without = try #require(try ties(30, removing: ["head"]).run(pool).model)
    #expect(try without.tensor("head").doubles() == [1, 1, 1])
    #expect(try without.tensor("body").doubles() == [0, 0, 3, 4])
  }

  @Test("a removed tensor that no model has is an error with a suggestion")
  func unknownRemovedKey() throws {
    let text = message {
      _ = try ties(20, removing: ["encoder.fc.wieght"]).run(GoldenModel.pool())
    }
    #expect(
      text
        == "method.remove_keys=encoder.fc.wieght: no such tensor; did you mean 'encoder.fc.weight'?"
    )
  }

  @Test("removing everything leaves nothing to trim: an error, not a trap")
  func everythingRemoved() throws {
    #expect(
      message { _ = try ties(20, removing: ["w"]).run(pool(base: [1], [2])) }
        == "threshold=20.0: trims nothing of the 0 elements at hand")
  }

  @Test("a table of empty tensors is an error, not a trap")
  func emptyTensors() throws {
    #expect(
      message { _ = try ties(20).run(pool(base: [], [])) }
        == "threshold=20.0: trims nothing of the 0 elements at hand")
  }

  @Test("one element survives whatever the threshold")
  func oneElement() throws {
    #expect(try merged(ties(20), pool(base: [1], [3])) == [3])
    #expect(try merged(ties(99), pool(base: [1], [-3])) == [-3])
  }

  @Test("models equal to the pre-trained one change nothing")
  func noChange() throws {
    #expect(try merged(ties(20), pool(base: ramp, ramp, ramp)) == ramp)
  }

  @Test("its configuration has FusionBench's keys and makes it again")
  func configuration() throws {
    let text = TiesMergingAlgorithm().toYAML()
    #expect(text.hasPrefix("_target_: fusion_bench.method.TiesMergingAlgorithm\n"))
    #expect(
      text.hasSuffix(
        "\nscaling_factor: 0.3\nthreshold: 20.0\nremove_keys: []\nmerge_func: sum\n"))
    let copy = TiesMergingAlgorithm()
    try copy.configure(ties(0.25, scale: 0.7, .max, removing: ["x"]).config)
    #expect(copy.threshold == 0.25 && copy.scalingFactor == 0.7 && copy.removeKeys == ["x"])
    #expect(copy.mergeFunction == .max)
    let node = ConfigNode(.dictionary(["merge_func": ConfigNode(.string("median"))]))
    #expect(
      message { try copy.configure(node, at: "method") }
        == "method.merge_func is median, but must be one of sum, mean, max")
  }
}
