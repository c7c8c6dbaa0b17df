import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

/// A method and the row that FusionBench gives for it in float64.
struct GoldenCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let row: String
  /// The models of the pool: 0 is `_pretrained_`.
  var models = [0, 1, 2, 3]
  /// How far FusionBench's own rounding may take it from the exact result.
  var tolerance = 1e-9
  let method: @Sendable () -> BaseAlgorithm
}

let goldenCases: [GoldenCase] =
  droppingGoldens + maskingGoldens + arcGoldens + subspaceGoldens + [
    GoldenCase(
      testDescription: "simple average",
      row:
        "0.8062543731|0.8654727335|0.9865261390|-0.9583484999|-0.8684856120|-0.8044490134|0.910387526|4.980578927|2.39274853"
    ) { SimpleAverageAlgorithm() },
    GoldenCase(
      testDescription: "weighted average .5 .3 .2",
      row:
        "0.8293551302|0.8832481793|1.0081358596|-0.9374427974|-0.8621268426|-0.7815097976|0.965710882|4.981149443|5.38484177"
    ) { WeightedAverageAlgorithm(weights: [0.5, 0.3, 0.2], normalize: true) },
    GoldenCase(
      testDescription: "weighted average, not normalised, 1 -.5 2",
      row:
        "1.9791057314|2.1905210804|2.3958528491|-2.4012665551|-2.0565414112|-2.0445928931|3.049956933|12.756750558|30.89859693"
    ) { WeightedAverageAlgorithm(weights: [1, -0.5, 2], normalize: false) },
    GoldenCase(
      testDescription: "task arithmetic .3",
      row:
        "0.8097760343|0.8698552028|0.9868093498|-0.9541658047|-0.8648145250|-0.8008295782|0.931049245|4.973177758|3.03836488"
    ) { TaskArithmeticAlgorithm(scalingFactor: 0.3) },
    GoldenCase(
      testDescription: "TIES 50 % .3 sum",
      row:
        "0.8115411509|0.8612537465|0.9670438079|-0.9440408404|-0.8616005673|-0.7980835342|0.739673901|4.982351534|-0.97966716"
    ) { TiesMergingAlgorithm(scalingFactor: 0.3, threshold: 50) },
    GoldenCase(
      testDescription: "TIES 50 % .3 mean",
      row:
        "0.8115411509|0.8852755867|0.9670438079|-0.9440408404|-0.8616005673|-0.7980835342|0.621454178|4.960443720|-4.77535626"
    ) { TiesMergingAlgorithm(scalingFactor: 0.3, threshold: 50, mergeFunction: .mean) },
    GoldenCase(
      testDescription: "TIES 50 % .3 max",
      row:
        "0.8115411509|0.8842297635|0.9670438079|-0.9440408404|-0.8616005673|-0.7980835342|0.620669324|4.961092996|-4.79353720"
    ) { TiesMergingAlgorithm(scalingFactor: 0.3, threshold: 50, mergeFunction: .max) },
    GoldenCase(
      testDescription: "TIES 20 % .3 sum",
      row:
        "0.8115411509|0.9092974268|0.9893582466|-0.9165215479|-0.8616005673|-0.7980835342|1.028649062|4.959067875|5.77926726"
    ) { TiesMergingAlgorithm(scalingFactor: 0.3, threshold: 20) },
    GoldenCase(
      testDescription: "TIES given a fraction",
      row:
        "0.8115411509|0.9092974268|0.9893582466|-0.9165215479|-0.8616005673|-0.7980835342|1.028649062|4.959067875|5.77926726"
    ) { TiesMergingAlgorithm(scalingFactor: 0.3, threshold: 0.2) },
    GoldenCase(
      testDescription: "dummy",
      row:
        "0.8414709848|0.9092974268|0.9893582466|-0.9165215479|-0.8317747426|-0.7682546613|1.117004707|4.912964381|8.84891205"
    ) { DummyAlgorithm() },
  ]

@Suite struct GoldenTests {
  // Rows have 10 decimals for elements, 9 for sums and norms, 8 for moments.
  static let tolerances = Array(repeating: 1e-9, count: 6) + [1e-8, 1e-8, 1e-7]

  @Test("float64 results equal FusionBench's", arguments: goldenCases)
  func agreesWithReference(_ golden: GoldenCase) throws {
    let result = try golden.method().run(try GoldenModel.pool(of: golden.models))
    let columns = try goldenColumns(of: try #require(result.model))
    for ((found, expected), tolerance) in zip(zip(columns, goldenRow(golden.row)), Self.tolerances)
    {
      #expect(
        abs(found - expected) <= tolerance * golden.tolerance / 1e-9,
        "\(found) is not \(expected)")
    }
  }

  @Test("float32 models agree with float64 ones", arguments: goldenCases)
  func float32IsClose(_ golden: GoldenCase) throws {
    let wide = try #require(
      try golden.method().run(try GoldenModel.pool(of: golden.models)).model)
    let narrow = try #require(
      try golden.method().run(try GoldenModel.pool(of: golden.models, dtype: .float32)).model)
    #expect(narrow.manifest.tensors.allSatisfy { $0.dtype == .float32 })
    for name: TensorName in ["encoder.fc.weight", "encoder.fc.bias"] {
      for (a, b) in zip(try wide.tensor(name).doubles(), try narrow.tensor(name).doubles()) {
        #expect(abs(a - b) < 3e-6)
      }
    }
  }
}
