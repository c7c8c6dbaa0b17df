import ConfigTree
import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

extension MethodCase {
  /// Methods that choose among elements of task vectors.
  static let masking = [
    MethodCase(testDescription: "MagMax") { MagMaxAlgorithm() },
    MethodCase(testDescription: "TALL masks") { TallMaskTaskArithmeticAlgorithm() },
    MethodCase(testDescription: "TALL mask consensus") {
      let method = TallMaskTaskArithmeticAlgorithm(tallMaskLambda: 0.4, maskRule: .paper)
      method.consensus = 2
      return method
    },
    MethodCase(testDescription: "EMR merging") { EMRMerging() },
    MethodCase(testDescription: "RanDeS") {
      let method = SuperposedTaskArithmeticAlgorithm()
      method.targetLayers = ["all"]
      return method
    },
    MethodCase(testDescription: "RanDeS of whole models") {
      let method = SuperposedModelSoupAlgorithm()
      method.targetLayers = ["all"]
      return method
    },
    MethodCase(testDescription: "trust region") {
      TaskArithmeticWithTrustRegionForCLIP(scalingFactor: .number(0.3), thresholdQuantile: 0.8)
    },
  ]
}

let maskingGoldens = [
  GoldenCase(
    testDescription: "MagMax .5",
    row:
      "0.7915879283|0.8675179880|0.9521675155|-0.9623870354|-0.8814844504|-0.8179694494|0.289779069|4.996959085|-13.88850336"
  ) { MagMaxAlgorithm() },
  GoldenCase(
    testDescription: "trust region .3 q .8",
    row:
      "0.8097760343|0.8698552028|0.9868093498|-0.9541658047|-0.8648145250|-0.8008295782|0.567219239|4.942272344|-5.98388130"
  ) {
    TaskArithmeticWithTrustRegionForCLIP(scalingFactor: .number(0.3), thresholdQuantile: 0.8)
  },
]

@Suite struct MagMaxTests {
  @Test("the largest change wins, the later one of equals")
  func largest() throws {
    let method = MagMaxAlgorithm(scalingFactor: 1)
    let three = try pool(base: [0, 0, 0, 1], [1, -3, 2, 1], [-2, 1, -2, 1], [1, 3, 1, 1])
    #expect(try merged(method, three) == [-2, 3, -2, 1])
  }

  @Test("a value that is no number stays one")
  func notANumber() throws {
    for order in [[Double.nan, 1], [1, .nan]] {
      let two = try pool(base: [0], [order[0]], [order[1]])
      // FusionBench compares with >=, so a NaN that comes first stays and a later one does not win.
      #expect(try merged(MagMaxAlgorithm(), two)[0].isNaN == order[0].isNaN)
    }
  }
}

@Suite struct TallMaskTests {
  @Test("each task keeps what the sum agrees on with it")
  func byTask() throws {
    // τ_a = [4, 1, 0], τ_b = [1, 1, 5]; the sum is [5, 2, 5].
    let two = try pool(base: [0, 0, 0], [4, 1, 0], [1, 1, 5])
    let paper = TallMaskTaskArithmeticAlgorithm(tallMaskLambda: 0.6, maskRule: .paper)
    guard case .models(let models) = try paper.run(two) else {
      Issue.record("not several models")
      return
    }
    #expect(models.map(\.name) == ["a", "b"])
    #expect(try models.map { try $0.model.tensor("w").doubles() } == [[5, 2, 0], [0, 2, 5]])
  }

  @Test("FusionBench's mask looks at the parameters")
  func parameters() throws {
    // |θ0 - τ_a| = 3 against 0.6 · 1; |θ0 - τ_b| = 0 against 0.6 · 4.
    let two = try pool(base: [1], [5], [2])
    let results = try TallMaskTaskArithmeticAlgorithm(tallMaskLambda: 0.6).run(two).all
    #expect(try results.map { try $0.tensor("w").doubles() } == [[6], [1]])
  }

  @Test("the consensus keeps what enough tasks use", arguments: 0...3)
  func consensus(_ least: Int) throws {
    let two = try pool(base: [0, 0, 0, 0], [4, 1, 0, 1], [1, 1, 5, -9])
    let method = TallMaskTaskArithmeticAlgorithm(tallMaskLambda: 0.6, maskRule: .paper)
    method.consensus = least
    method.scalingFactor = 2
    let expected: [[Double]] = [
      [10, 4, 10, -16], [10, 4, 10, -16], [0, 4, 0, 0], [0, 0, 0, 0],
    ]
    #expect(try merged(method, two) == expected[least])
  }

  @Test("negative factors and counts are errors")
  func errors() {
    #expect(
      message { try TallMaskTaskArithmeticAlgorithm(tallMaskLambda: -1).validate() }
        == "tall_mask_lambda=-1.0: must not be negative")
    let method = TallMaskTaskArithmeticAlgorithm()
    method.consensus = -1
    #expect(
      message { try method.validate() }
        == "prun_thre_k=-1: must be a number of tasks, 0 or more, or null")
  }
}

@Suite struct TrustRegionTests {
  private func method(_ quantile: Double) -> TaskArithmeticWithTrustRegionForCLIP {
    TaskArithmeticWithTrustRegionForCLIP(scalingFactor: .number(1), thresholdQuantile: quantile)
  }

  @Test("elements of less conflict than the cut are kept, and none equal to it")
  func keeps() throws {
    // The conflicts are 0, 2·2, 2·6, 2·2.
    let two = try pool(base: [0, 0, 0, 0], [3, 1, 2, -1], [0, 2, -3, 2])
    #expect(try merged(method(0), two) == [0, 0, 0, 0])
    #expect(try merged(method(0.25), two) == [3, 0, 0, 0])
    #expect(try merged(method(0.75), two) == [3, 3, 0, 1])
    #expect(try merged(method(1), two) == [3, 3, 0, 1])
  }

  @Test("a list of factors gives a model each")
  func list() throws {
    let two = try pool(base: [0, 0], [3, 1], [0, 2])
    let method = method(1)
    method.scalingFactor = .list([0.5, 2])
    guard case .models(let models) = try method.run(two) else {
      Issue.record("not several models")
      return
    }
    #expect(models.map(\.name) == ["0.5", "2.0"])
    #expect(try models.map { try $0.model.tensor("w").doubles() } == [[1.5, 0], [6, 0]])
    let node = ConfigNode(.list([ConfigNode(.float(0.5)), ConfigNode(.int(2))]))
    #expect(try NumberOrList.decode(node, key: "k") == .list([0.5, 2]))
  }

  @Test("what cannot be is an error that names it")
  func errors() throws {
    #expect(
      message { try method(1.1).validate() } == "threshold_quantile=1.1: must be from 0 to 1")
    let gradients = TaskArithmeticWithTrustRegionForCLIP()
    let one = try pool(base: [0], [1])
    #expect(
      message { _ = try gradients.run(one) }
        == "method.zero_shot=false: needs gradients of the loss on training images, which are not computed; with zero_shot=true the task vectors stand for them"
    )
    let list = method(0.5)
    list.scalingFactor = .list([])
    #expect(
      message { try list.validate() }
        == "scaling_factor=[]: give a number, or a list of different numbers")
  }
}
