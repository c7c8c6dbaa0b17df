import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

@Suite struct EMRMergingTests {
  @Test("the unified vector and the rescalers are FusionBench's")
  func golden() throws {
    let row =
      "-0.0997661130|-0.0835588777|-0.0743814623|-0.0917309749|-0.0994194155|-0.0994295762|-1.817849057|0.632949760|-49.72317312"
    let inputs = try GoldenModel.pool().loadPretrainedModelAndTaskVectors()
    let method = EMRMerging()
    let columns = try goldenColumns(of: method.unifiedTaskVector(of: inputs))
    for ((found, expected), tolerance) in zip(zip(columns, goldenRow(row)), GoldenTests.tolerances)
    {
      #expect(abs(found - expected) <= tolerance, "\(found) is not \(expected)")
    }
    let rescalers = [0.7533430140152686, 0.9796276104987848, 0.9652765930953952]
    for (found, expected) in zip(try method.rescalers(of: inputs), rescalers) {
      #expect(abs(found - expected) < 1e-12)
    }
  }

  @Test("a task's model is its part of the unified vector, rescaled")
  func byTask() throws {
    // Signs of the sums: +, -, - (of 0), +; u = [3, -4, -1, 2].
    let two = try pool(base: [1, 1, 1, 1], [2, -3, 2, 3], [4, 2, 0, 1])
    guard case .models(let models) = try EMRMerging().run(two) else {
      Issue.record("not several models")
      return
    }
    #expect(models.map(\.name) == ["a", "b"])
    // mean|τ_a| = 8/4, of u·m_a = (3 + 4 + 2)/4; mean|τ_b| = 5/4, of u·m_b = (3 + 1)/4.
    let (a, b) = (8.0 / 9, 5.0 / 4)
    let expected = [[1 + 3 * a, 1 - 4 * a, 1, 1 + 2 * a], [1 + 3 * b, 1, 1 - b, 1]]
    for (model, values) in zip(models, expected) {
      for (found, wanted) in zip(try model.model.tensor("w").doubles(), values) {
        #expect(abs(found - wanted) < 1e-6)
      }
    }
  }

  @Test("a task that changed nothing keeps the pre-trained model; integers stay")
  func unchanged() throws {
    func model(_ values: [Double], steps: Double) throws -> InMemoryStateDict {
      try InMemoryStateDict([
        Tensor("w", shape: [2], values: values), Tensor("empty", shape: [0, 3], values: []),
        Tensor("steps", dtype: .int64, shape: [], values: [steps]),
      ])
    }
    let pool = try BaseModelPool([
      ("_pretrained_", model([1, 2], steps: 5)), ("a", model([1, 2], steps: 6)),
      ("b", model([2, 2], steps: 7)),
    ])
    let models = try EMRMerging().run(pool).all
    #expect(try models.map { try $0.tensor("w").doubles() } == [[1, 2], [2, 2]])
    #expect(try models.map { try $0.tensor("steps").doubles() } == [[5], [5]])
  }

  @Test("any number of ranks and threads finds the same rescalers", arguments: 1...5, [1, 2])
  func ranks(_ ranks: Int, _ threads: Int) throws {
    var random = SampleNumbers(seed: 3)
    let models = try (0..<4).map { _ in
      try InMemoryStateDict(
        [("a", 300_000), ("b", 5), ("c", 7000)].map { (name: TensorName, count: Int) in
          try Tensor(
            name, shape: [count],
            values: (0..<count).map { _ in Double(Int64(bitPattern: random.next())) * 0x1p-63 })
        })
    }
    @Sendable func inputs() throws -> ElementwiseInputs {
      try ElementwiseInputs(
        models: [("a", models[1]), ("b", models[2]), ("c", models[3])], base: models[0],
        quantity: .taskVectors)
    }
    let alone = try EMRMerging().rescalers(of: inputs())
    #expect(Set(alone).count == 3)
    let all = try ThreadFabric.run(ranks: ranks, threads: threads) { fabric in
      let method = EMRMerging()
      method.fabric = fabric
      return try method.rescalers(of: inputs())
    }
    for found in all { #expect(found == alone) }
  }
}
