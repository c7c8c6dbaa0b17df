import FusionCore
import Tensors
import Testing

@Suite struct MatchingTests {
  private func dict(_ label: String, _ tensors: [(TensorName, DType, [Int])]) throws
    -> InMemoryStateDict
  {
    try InMemoryStateDict(
      tensors.map { try Tensor(TensorInfo(name: $0.0, dtype: $0.1, shape: $0.2)) { _ in } },
      label: label)
  }

  private func message(_ models: [InMemoryStateDict], base: InMemoryStateDict? = nil) -> String? {
    do {
      _ = try ElementwiseInputs(
        models: models.enumerated().map { ("\($0)", $1) }, base: base, quantity: .values)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("models that do not fit are refused in one line that says what and where")
  func messages() throws {
    let reference = try dict(
      "base/model.safetensors",
      [("encoder.weight", .float32, [2, 3]), ("encoder.bias", .float32, [2]), ("n", .int64, [])])
    let cases: [(InMemoryStateDict, String)] = [
      (
        try dict("ft/m.safetensors", [("encoder.weigth", .float32, [2, 3])]),
        "ft/m.safetensors: tensor 'encoder.weight' is missing; did you mean 'encoder.weigth'?"
      ),
      (
        try dict("ft", [("encoder.weight", .float32, [2, 3]), ("n", .int64, [])]),
        "ft: tensor 'encoder.bias' is missing"
      ),
      (
        try dict(
          "ft",
          [
            ("encoder.weight", .float32, [2, 3]), ("encoder.bias", .float32, [2]),
            ("n", .int64, []), ("head", .float32, [1]),
          ]),
        "ft: tensor 'head' is not in base/model.safetensors"
      ),
      (
        try dict("ft", [("encoder.weight", .float32, [3, 2])]),
        "ft: tensor 'encoder.weight' has shape [3, 2], but [2, 3] in base/model.safetensors"
      ),
      (
        try dict("ft", [("encoder.weight", .int8, [2, 3])]),
        "ft: tensor 'encoder.weight' is I8, but F32 in base/model.safetensors"
      ),
      (
        try dict(
          "ft",
          [
            ("encoder.weight", .bfloat16, [2, 3]), ("encoder.bias", .float64, [2]),
            ("n", .float32, []),
          ]),
        "ft: tensor 'n' is F32, but I64 in base/model.safetensors"
      ),
    ]
    for (model, expected) in cases {
      #expect(message([model], base: reference) == expected)
      #expect(message([reference, model]) == expected)
    }
    #expect(message([reference, reference], base: reference) == nil)
  }

  @Test("no model at all is an error")
  func none() {
    #expect(throws: PoolError.noModels) { try ElementwiseInputs(models: []) }
  }
}
