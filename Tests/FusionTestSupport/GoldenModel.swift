import FusionCore
import Foundation
import Tensors

/// The models that the golden values were computed on: one layer `encoder.fc` of 7 inputs and 6
/// outputs; its weight and bias hold elements 0…41 and 42…47 of one vector.
public enum GoldenModel {
  /// Element i of the pre-trained model (t = 0) or of fine-tuned model t.
  static func value(_ i: Int, model t: Int) -> Double {
    let x = Double(i + 1)
    let base = sin(x)
    guard t > 0 else { return base }
    return base + 0.1 * cos(0.07 * Double(t) * x * x + Double(t))
  }

  /// A model as a state dict.
  public static func stateDict(_ t: Int, dtype: DType = .float64) throws -> InMemoryStateDict {
    let values = (0..<48).map { value($0, model: t) }
    return try InMemoryStateDict(
      [
        Tensor("encoder.fc.weight", dtype: dtype, shape: [6, 7], values: Array(values[0..<42])),
        Tensor("encoder.fc.bias", dtype: dtype, shape: [6], values: Array(values[42..<48])),
      ], label: t == 0 ? "_pretrained_" : "model \(t)")
  }

  /// A pool of fine-tuned models a, b, c … and, if wanted, the pre-trained one.
  public static func pool(
    models: Int = 3, pretrained: Bool = true, dtype: DType = .float64
  ) throws -> BaseModelPool {
    try pool(of: Array((pretrained ? 0 : 1)...models), dtype: dtype)
  }

  /// A pool of some models: 0 is `_pretrained_`, 1 is a, 2 is b ….
  public static func pool(of models: [Int], dtype: DType = .float64) throws -> BaseModelPool {
    try BaseModelPool(
      models.map { t in
        let name = t == 0 ? "_pretrained_" : String(UnicodeScalar(UInt8(96 + t)))
        return (name, try stateDict(t, dtype: dtype))
      })
  }
}

/// A row of golden values: x[0], x[1], x[7], x[41], x[42], x[47], Σx, ‖x‖₂, Σ(i+1)x[i], with x the
/// weight followed by the bias.
public func goldenColumns(of model: any StateDict) throws -> [Double] {
  let x =
    try model.tensor("encoder.fc.weight").doubles() + model.tensor("encoder.fc.bias").doubles()
  let sum = x.reduce(0, +)
  let norm = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
  let moment = x.enumerated().reduce(0) { $0 + Double($1.offset + 1) * $1.element }
  return [x[0], x[1], x[7], x[41], x[42], x[47], sum, norm, moment]
}

/// The columns of a row written `a|b|c`.
public func goldenRow(_ text: String) -> [Double] {
  text.split(separator: "|").compactMap { Double($0) }
}
