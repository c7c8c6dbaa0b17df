/// A network, or several together, that makes features of images.
public protocol ImageEncoder: Sendable {
  /// The sizes of the images that it takes.
  var config: CLIPVisionConfig { get }
  /// What it computes with.
  var library: TorchLibrary { get }
  /// Where it computes.
  var device: TorchDevice { get }

  /// Pooled features `[n, hidden]` of `[n, channels, height, width]`.
  ///
  /// - Throws: `NetworkError.wrongInput`, `.operationFailed`.
  func features(of pixelValues: TorchTensor) throws -> TorchTensor
}

extension CLIPVisionTransformer: ImageEncoder {}
