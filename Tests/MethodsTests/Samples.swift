import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

/// A method under the name that a test shows.
struct MethodCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  /// The models that it takes of `_pretrained_`, a, b and c.
  var names = ["_pretrained_", "a", "b", "c"]
  let make: @Sendable () -> BaseAlgorithm

  static let all: [MethodCase] =
    [
      MethodCase(testDescription: "simple average") { SimpleAverageAlgorithm() },
      MethodCase(testDescription: "weighted average") {
        WeightedAverageAlgorithm(weights: [0.5, 0.3, 0.2], normalize: true)
      },
      MethodCase(testDescription: "task arithmetic") {
        TaskArithmeticAlgorithm(scalingFactor: 0.3)
      },
      MethodCase(testDescription: "TIES sum") {
        TiesMergingAlgorithm(scalingFactor: 0.3, threshold: 20)
      },
      MethodCase(testDescription: "TIES mean") {
        TiesMergingAlgorithm(scalingFactor: 0.3, threshold: 50, mergeFunction: .mean)
      },
      MethodCase(testDescription: "TIES max") {
        TiesMergingAlgorithm(scalingFactor: 0.3, threshold: 0.7, mergeFunction: .max)
      },
      MethodCase(testDescription: "dummy") { DummyAlgorithm() },
      MethodCase(testDescription: "model recombination") {
        let method = ModelRecombinationAlgorithm()
        method.returnModelPool = false
        return method
      },
    ] + dropping + masking + arcs + subspaceMethods + mergekit
}

/// A model of one tensor `w`.
func single(_ values: [Double], dtype: DType = .float32) throws -> InMemoryStateDict {
  try InMemoryStateDict([Tensor("w", dtype: dtype, shape: [values.count], values: values)])
}

/// A pool of models of one tensor, the first one `_pretrained_`, the others a, b, c …
func pool(base: [Double], _ models: [Double]..., dtype: DType = .float32) throws -> BaseModelPool {
  let pool = BaseModelPool()
  try pool.addModel("_pretrained_", .model(single(base, dtype: dtype)))
  for (model, name) in zip(models, ["a", "b", "c", "d"]) {
    try pool.addModel(name, .model(single(model, dtype: dtype)))
  }
  return pool
}

/// The values of `w` after the merge.
func merged(_ method: BaseAlgorithm, _ pool: BaseModelPool) throws -> [Double] {
  try #require(try method.run(pool).model).tensor("w").doubles()
}

/// What the error that `body` throws says; nil when it throws none.
func message(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}
