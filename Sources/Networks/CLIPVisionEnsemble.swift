/// CLIP vision networks of one shape whose pooled features are combined into one.
///
/// FusionBench puts its ensemble module in the place of the vision model, so that the pooled outputs
/// are combined, before projection and normalisation; so does this.
public final class CLIPVisionEnsemble: ImageEncoder {
  /// The sizes of every member.
  public let config: CLIPVisionConfig
  /// What the members compute with.
  public let library: TorchLibrary
  /// Where the members compute.
  public let device: TorchDevice
  private let members: [CLIPVisionTransformer]
  private let combine: @Sendable ([[Float]]) -> [Float]

  /// Puts networks together.
  ///
  /// - Parameters:
  ///   - first: a member.
  ///   - others: the other members, of the same sizes, on the same device.
  ///   - combine: makes one list of numbers of one list per member, all of one length.
  public init(
    _ first: CLIPVisionTransformer, _ others: [CLIPVisionTransformer],
    combine: @escaping @Sendable ([[Float]]) -> [Float]
  ) {
    config = first.config
    library = first.library
    device = first.device
    members = [first] + others
    self.combine = combine
  }

  /// The members' class tokens, combined.
  public func features(of pixelValues: TorchTensor) throws -> TorchTensor {
    let outputs = try members.map { try $0.features(of: pixelValues) }
    return try TorchTensor(
      combine(try outputs.map { try $0.floats() }), shape: outputs[0].shape, library: library,
      device: device)
  }
}
