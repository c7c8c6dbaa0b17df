import Tensors

/// The vision half of CLIP, with Hugging Face parameter names (class `CLIPVisionModel`).
///
/// Parameters are named with or without the prefix `vision_model.`; they are computed with in
/// float32 whatever type they are stored in. No gradients are kept.
public final class CLIPVisionTransformer: Sendable {
  /// What the network makes of a batch of n images.
  public struct Output {
    /// `[n, tokens, hidden]`: the tokens after the last layer, not normalised.
    public let lastHiddenState: TorchTensor
    /// `[n, hidden]`: the normalised class token.
    public let poolerOutput: TorchTensor
  }

  /// The network's sizes.
  public let config: CLIPVisionConfig
  /// Parameters, in elements.
  public let parameterCount: Int
  /// Where it computes.
  public let device: TorchDevice
  /// What it computes with.
  public let library: TorchLibrary

  private let classEmbedding: TorchTensor
  private let patchEmbedding: TorchTensor
  private let positionEmbedding: TorchTensor
  private let firstNorm: LayerNorm
  private let layers: [CLIPEncoderLayer]
  private let lastNorm: LayerNorm

  /// Builds the network from any state dict: a checkpoint, or a merge that is computed on the way.
  ///
  /// - Throws: `TensorError.missing`, `.unexpected`, `.shapeMismatch` or `.kindMismatch` with the
  ///   tensor's name; `NetworkError.deviceNotAvailable`; what reading throws.
  public init(
    _ config: CLIPVisionConfig, weights: any StateDict, library: TorchLibrary,
    device: TorchDevice = .cpu
  ) throws {
    let isPrefixed = weights.manifest.tensors.contains {
      $0.name.string.utf8.starts(with: "vision_model.".utf8)
    }
    let source = ParameterSource(
      weights, prefix: isPrefixed ? "vision_model." : "",
      network: "the network that config.json describes", library: library, device: device)
    let size = config.hiddenSize
    let epsilon = config.layerNormEpsilon
    classEmbedding = try source.take("embeddings.class_embedding", [size])
    patchEmbedding = try source.take(
      "embeddings.patch_embedding.weight",
      [size, config.channels, config.patchSize, config.patchSize])
    positionEmbedding = try source.take(
      "embeddings.position_embedding.weight", [config.tokens, size])
    // The name is spelled so in every CLIP checkpoint.
    firstNorm = try LayerNorm("pre_layrnorm", size: size, epsilon: epsilon, from: source)
    layers = try (0..<config.layers).map {
      try CLIPEncoderLayer("encoder.layers.\($0)", config, from: source)
    }
    lastNorm = try LayerNorm("post_layernorm", size: size, epsilon: epsilon, from: source)
    try source.finish(ignoring: ["embeddings.position_ids"])
    self.config = config
    self.library = library
    self.device = device
    parameterCount = source.parameterCount
  }

  /// Runs the network.
  ///
  /// - Parameter pixelValues: `[n, channels, height, width]`, on the network's device.
  /// - Throws: `NetworkError.wrongInput`, `.operationFailed`.
  public func callAsFunction(_ pixelValues: TorchTensor) throws -> Output {
    let hidden = try layers.reduce(embeddings(of: pixelValues)) { try $1($0) }
    return Output(
      lastHiddenState: hidden, poolerOutput: try lastNorm(hidden.select(0, dimension: 1)))
  }

  /// `poolerOutput` alone: the last layer need not compute the other tokens.
  public func features(of pixelValues: TorchTensor) throws -> TorchTensor {
    let hidden = try layers.dropLast().reduce(embeddings(of: pixelValues)) { try $1($0) }
    let classToken = try layers.last?.classToken(hidden) ?? hidden.select(0, dimension: 1)
    return try lastNorm(classToken.reshape([classToken.shape[0], config.hiddenSize]))
  }

  /// `[n, tokens, hidden]`: what the first layer gets.
  private func embeddings(of pixelValues: TorchTensor) throws -> TorchTensor {
    let count = pixelValues.shape.first ?? 0
    let expected = [count, config.channels, config.imageSize, config.imageSize]
    guard pixelValues.shape == expected else {
      throw NetworkError.wrongInput(expected: expected, found: pixelValues.shape)
    }
    let patches = try pixelValues.conv2d(patchEmbedding, stride: config.patchSize)
      .reshape([count, config.hiddenSize, config.tokens - 1])
      .transpose(1, 2)
    let classTokens = try classEmbedding.reshape([1, 1, config.hiddenSize])
      .expand([count, 1, config.hiddenSize])
    return try firstNorm(classTokens.cat(patches, dimension: 1).add(positionEmbedding))
  }

}
