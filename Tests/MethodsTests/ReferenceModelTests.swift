import Checkpoints
import Foundation
import FusionCore
import Methods
import Tensors
import Testing

/// A method and the file with FusionBench's result for the float32 models in Tests/Goldens/methods.
struct ReferenceCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  var folder = "methods"
  var prefix = "merged"
  var names = ["_pretrained_", "a", "b", "c", "d"]
  let method: @Sendable () -> BaseAlgorithm
}

let referenceCases: [ReferenceCase] =
  arcReferences + mergekitReferences + [
    ReferenceCase(testDescription: "simple_average") { SimpleAverageAlgorithm() },
    ReferenceCase(testDescription: "weighted_average") {
      WeightedAverageAlgorithm(weights: [0.4, 0.3, 0.2, 0.1], normalize: true)
    },
    ReferenceCase(testDescription: "task_arithmetic") {
      TaskArithmeticAlgorithm(scalingFactor: 0.3)
    },
    ReferenceCase(testDescription: "ties_sum") {
      TiesMergingAlgorithm(scalingFactor: 0.3, threshold: 20)
    },
    ReferenceCase(testDescription: "ties_mean") {
      TiesMergingAlgorithm(scalingFactor: 1, threshold: 35, mergeFunction: .mean)
    },
    ReferenceCase(testDescription: "ties_max") {
      TiesMergingAlgorithm(scalingFactor: 0.7, threshold: 0.5, mergeFunction: .max)
    },
  ]

@Suite struct ReferenceModelTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Goldens").path

  @Test(
    "float32 results equal FusionBench's within 1e-6 of a tensor's largest value",
    arguments: referenceCases)
  func agrees(_ reference: ReferenceCase) throws {
    let folder = "\(Self.folder)/\(reference.folder)"
    let pool = try BaseModelPool(
      reference.names.map { ($0, try Checkpoint.open("\(folder)/\($0).safetensors")) })
    let merged = try #require(try reference.method().run(pool).model)
    let expected = try Checkpoint.open(
      "\(folder)/\(reference.prefix)_\(reference.testDescription).safetensors")
    #expect(merged.manifest.tensors.count == expected.manifest.tensors.count)
    for info in expected.manifest.tensors {
      let found = try merged.tensor(info.name).doubles()
      let wanted = try expected.tensor(info.name).doubles()
      let bound = 1e-6 * (wanted.map(abs).max() ?? 0)
      for (a, b) in zip(found, wanted) { #expect(abs(a - b) <= bound, "\(info.name)") }
    }
  }
}
