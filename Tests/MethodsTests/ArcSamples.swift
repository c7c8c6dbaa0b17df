import FusionCore
import Methods

extension MethodCase {
  static let arcs = [
    MethodCase(testDescription: "linear interpolation", names: ["a", "b"]) {
      LinearInterpolationAlgorithm(t: 0.3)
    },
    MethodCase(testDescription: "slerp", names: ["_pretrained_", "b"]) {
      SlerpMergeAlgorithm(t: 0.3)
    },
    MethodCase(testDescription: "ExPO") { ExPOAlgorithm(extrapolationFactor: 0.2) },
    MethodCase(testDescription: "model stock") { ModelStock() },
  ]
}

private func llamaExPO(_ set: (ExPOAlgorithmForLlama) -> Void) -> ExPOAlgorithmForLlama {
  let method = ExPOAlgorithmForLlama()
  method.extrapolationFactor = 0.5
  set(method)
  return method
}

let arcReferences = [
  ReferenceCase(testDescription: "linear_interpolation", names: ["a", "b"]) {
    LinearInterpolationAlgorithm(t: 0.3)
  },
  ReferenceCase(testDescription: "slerp", names: ["a", "b"]) { SlerpMergeAlgorithm(t: 0.3) },
  ReferenceCase(testDescription: "slerp_with_base", names: ["_pretrained_", "c"]) {
    let method = SlerpMergeAlgorithm(t: 0.8)
    method.dotThreshold = 0.99
    return method
  },
  ReferenceCase(testDescription: "expo") { ExPOAlgorithm(extrapolationFactor: 0.5) },
  ReferenceCase(testDescription: "expo_of_one", names: ["_pretrained_", "a"]) {
    ExPOAlgorithm(extrapolationFactor: 0.1)
  },
  ReferenceCase(testDescription: "model_stock") { ModelStock() },
  ReferenceCase(testDescription: "model_stock_of_two", names: ["_pretrained_", "a", "d"]) {
    let method = ModelStock()
    method.ignoreKeys = ["conv.weight", "no.such.tensor"]
    return method
  },
  ReferenceCase(testDescription: "expo", folder: "llama", names: ["_pretrained_", "a", "b"]) {
    llamaExPO { $0.attentionScalingFactor = 0.25 }
  },
  ReferenceCase(testDescription: "expo_all", folder: "llama", names: ["_pretrained_", "a", "b"]) {
    llamaExPO {
      $0.attentionScalingFactor = 1
      $0.onlyOnBackbone = false
      $0.onLinearBias = true
      $0.onEmbedding = true
      $0.fixedFirstLayers = .layers(1)
      $0.fixedLastLayers = .half
    }
  },
  ReferenceCase(testDescription: "expo_bias", folder: "llama", names: ["_pretrained_", "a", "b"]) {
    llamaExPO {
      $0.attentionScalingFactor = 2
      $0.onLinearWeights = false
      $0.onLinearBias = true
    }
  },
]

let arcGoldens = [
  GoldenCase(
    testDescription: "slerp .4",
    row:
      "0.8504715249|0.8949191806|1.0317325290|-0.9244058738|-0.8703431247|-0.7643265735|0.934412238|4.968444787|5.16335203",
    models: [1, 2]
  ) { SlerpMergeAlgorithm(t: 0.4) },
  GoldenCase(
    testDescription: "ExPO .1 of one model",
    row:
      "0.8942846500|0.9408360999|1.0657442463|-0.8749970436|-0.8258480775|-0.7166821347|1.254768762|5.051202932|18.62266482",
    models: [0, 1]
  ) { ExPOAlgorithm(extrapolationFactor: 0.1) },
  GoldenCase(
    testDescription: "ExPO .1 of three models",
    row:
      "0.8027327120|0.8610902642|0.9862429283|-0.9625311951|-0.8721566989|-0.8080684486|0.889725808|4.988120025|1.74713218"
  ) { ExPOAlgorithm(extrapolationFactor: 0.1) },
  GoldenCase(
    testDescription: "model stock of two",
    row:
      "0.8414244625|0.9088634353|0.9898791970|-0.9167884065|-0.8302415503|-0.7681054130|1.125413698|4.913807239|9.30572590",
    models: [0, 1, 2], tolerance: 1e-6
  ) { ModelStock() },
  GoldenCase(
    testDescription: "model stock of three",
    row:
      "0.8402518607|0.9077803093|0.9892602051|-0.9179695079|0.2205927497|0.2693061538|6.305596504|5.307936889|245.82330296",
    tolerance: 1e-6
  ) { ModelStock() },
]
