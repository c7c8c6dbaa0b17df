import Foundation
import Tensors

/// Turns pooled image features into class logits: the cosine between the projected image and each
/// class's text features, times a learned scale.
///
/// Its state dict holds `weight` `[classes, projection]`, the normalised text features;
/// `logit_scale`, the scale's logarithm; and `visual_projection.weight` `[projection, hidden]`,
/// which may be left out where the text features are as long as the image's.
public final class CLIPZeroShotHead: Sendable {
  /// Number of classes.
  public let classes: Int
  private let weight: TorchTensor
  private let projection: TorchTensor?
  private let scale: Double

  /// Builds the head for networks of one hidden size.
  ///
  /// - Throws: `TensorError.missing`, `.unexpected`, `.shapeMismatch` or `.kindMismatch` with the
  ///   tensor's name; `NetworkError.deviceNotAvailable`; what reading throws.
  public init(
    _ state: any StateDict, hiddenSize: Int, library: TorchLibrary, device: TorchDevice = .cpu
  ) throws {
    let source = ParameterSource(
      state, network: "a zero-shot head for a network of hidden size \(hiddenSize)",
      library: library, device: device)
    let hasProjection = source.has("visual_projection.weight")
    let found = try source.shape(of: "weight")
    classes = max(found.first ?? 0, 1)
    let length = hasProjection ? (found.last ?? hiddenSize) : hiddenSize
    weight = try source.take("weight", [classes, length])
    projection =
      hasProjection
      ? try source.take("visual_projection.weight", [length, hiddenSize]) : nil
    // A scalar, which some tools save as a list of one.
    let shape = try source.shape(of: "logit_scale")
    let logarithm = try source.take("logit_scale", shape == [1] ? [1] : []).floats()
    scale = exp(Double(logarithm.first ?? 0))
    try source.finish()
  }

  /// Logits `[n, classes]` of pooled features `[n, hidden]`.
  ///
  /// - Throws: `NetworkError.operationFailed`.
  public func callAsFunction(_ pooled: TorchTensor) throws -> TorchTensor {
    let image = try projection.map { try pooled.linear($0) } ?? pooled
    return try image.normalize(dimension: -1).linear(weight).scale(by: scale)
  }
}
