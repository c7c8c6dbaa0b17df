import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import Methods
import Tensors
import Testing

/// A method, its models, and the files with FusionBench's result in Tests/Goldens/masking.
struct MaskingCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  var models = ["_pretrained_", "a", "b", "c", "d"]
  /// The file of each model that the method returns.
  let files: [String]
  let method: @Sendable () throws -> BaseAlgorithm

  static let all: [MaskingCase] = [
    MaskingCase(testDescription: "MagMax", files: ["magmax"]) { MagMaxAlgorithm() },
    MaskingCase(testDescription: "trust region, 80 %", files: ["trust_region_80"]) {
      TaskArithmeticWithTrustRegionForCLIP(scalingFactor: .number(0.3), thresholdQuantile: 0.8)
    },
    MaskingCase(testDescription: "trust region, 99 %", files: ["trust_region_99"]) {
      TaskArithmeticWithTrustRegionForCLIP(scalingFactor: .number(0.3), thresholdQuantile: 0.99)
    },
    MaskingCase(
      testDescription: "TALL masks", files: ["a", "b", "c", "d"].map { "tall_mask_\($0)" }
    ) { TallMaskTaskArithmeticAlgorithm(tallMaskLambda: 0.6) },
    MaskingCase(
      testDescription: "EMR merging", files: ["a", "b", "c", "d"].map { "emr_\($0)" }
    ) { EMRMerging() },
    MaskingCase(
      testDescription: "RanDeS, signs", files: ["a", "b", "c", "d"].map { "randes_binary_\($0)" }
    ) { try superposed("random_binary_diagonal_matrix") },
    MaskingCase(
      testDescription: "RanDeS, normal numbers",
      files: ["a", "b", "c", "d"].map { "randes_diagonal_\($0)" }
    ) { try superposed("random_diagonal_matrix") },
    MaskingCase(
      testDescription: "RanDeS of whole models",
      models: ["a", "b", "c", "d"].map { "soup_input_\($0)" },
      files: ["a", "b", "c", "d"].map { "soup_\($0)" }
    ) {
      let method = SuperposedModelSoupAlgorithm()
      method.differentAcrossLayers = false
      return method
    },
    MaskingCase(
      testDescription: "magnitude difference, minor", models: ["_pretrained_", "a"],
      files: ["magnitude_diff_minor"]
    ) { MagnitudeDiffPruningAlgorithm(pruneRatio: 0.5) },
    MaskingCase(
      testDescription: "magnitude difference, major", models: ["_pretrained_", "a"],
      files: ["magnitude_diff_major"]
    ) { try magnitudeDiff("{prune_ratio: 0.3, rescale: true, prune_type: major}") },
    MaskingCase(
      testDescription: "magnitude difference, by names", models: ["_pretrained_", "a"],
      files: ["magnitude_diff_names"]
    ) {
      let method = try magnitudeDiff("{prune_ratio: 0.75, rescale: 2.5}")
      method.extractNames = ["embed", "f.\\.weight$"]
      return method
    },
    MaskingCase(
      testDescription: "magnitude difference, not rescaled", models: ["_pretrained_", "a"],
      files: ["magnitude_diff_false"]
    ) { try magnitudeDiff("{prune_ratio: 0.5, rescale: false}") },
    MaskingCase(
      testDescription: "magnitude pruning", models: ["llama"], files: ["llama_unstructured"]
    ) { MagnitudePruningForLlama(sparsityRatio: 0.35) },
    MaskingCase(
      testDescription: "magnitude pruning in bfloat16", models: ["llama"],
      files: ["llama_bfloat16"]
    ) {
      let method = MagnitudePruningForLlama(sparsityRatio: 0.5)
      method.dtype = "bfloat16"
      return method
    },
    MaskingCase(
      testDescription: "magnitude pruning 2:4", models: ["llama_2_4_input"], files: ["llama_2_4"]
    ) { MagnitudePruningForLlama(n: 2, of: 4) },
  ]

  private static func superposed(_ mode: String) throws -> SuperposedTaskArithmeticAlgorithm {
    let method = SuperposedTaskArithmeticAlgorithm()
    method.targetLayers = ["all"]
    method.differentAcrossLayers = false
    try method.configure(ConfigNode(.dictionary(["mode": ConfigNode(.string(mode))])))
    return method
  }

  private static func magnitudeDiff(_ parameters: String) throws -> MagnitudeDiffPruningAlgorithm {
    let method = MagnitudeDiffPruningAlgorithm()
    for part in parameters.dropFirst().dropLast().split(separator: ",") {
      let pair = part.split(separator: ":").map { $0.trimmingCharacters(in: .whitespaces) }
      let value: ConfigValue =
        Double(pair[1]).map { .float($0) } ?? Bool(pair[1]).map { .bool($0) } ?? .string(pair[1])
      try method.configure(ConfigNode(.dictionary([.string(pair[0]): ConfigNode(value)])))
    }
    return method
  }
}

@Suite struct MaskingReferenceTests {
  private static let goldens = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Goldens")

  private func open(_ name: String) throws -> any StateDict {
    let folder = Self.goldens.appendingPathComponent(
      name.count == 1 || name.hasPrefix("_") ? "methods" : "masking")
    return try Checkpoint.open(folder.appendingPathComponent("\(name).safetensors").path)
  }

  @Test(
    "float32 results equal FusionBench's within 1e-6 of a tensor's largest value",
    arguments: MaskingCase.all)
  func agrees(_ reference: MaskingCase) throws {
    let pool = try BaseModelPool(reference.models.map { ($0, try open($0)) })
    let results = try reference.method().run(pool).all
    #expect(results.count == reference.files.count)
    for (merged, file) in zip(results, reference.files) {
      let expected = try open(file)
      var changed = 0
      for info in expected.manifest.tensors {
        let found = try merged.tensor(info.name).doubles()
        let wanted = try expected.tensor(info.name).doubles()
        let bound = 1e-6 * (wanted.map(abs).max() ?? 0)
        for (a, b) in zip(found, wanted) { #expect(abs(a - b) <= bound, "\(info.name)") }
        changed += zip(found, try pool.loadPretrainedOrFirstModel().tensor(info.name).doubles())
          .count { $0 != $1 }
      }
      #expect((changed == 0) == (file == "magnitude_diff_false"))
    }
  }
}

extension FusionResult {
  /// Every model of the result.
  var all: [any StateDict] { namedModels.map(\.model) }
}
