/// The sizes of a CLIP vision transformer, with the names of a Hugging Face `config.json`.
public struct CLIPVisionConfig: Sendable, Equatable {
  /// Length of a token's vector.
  public var hiddenSize = 768
  /// Length of the vector inside an MLP.
  public var intermediateSize = 3072
  /// Layers of the transformer.
  public var layers = 12
  /// Attention heads of a layer; they share the hidden size equally.
  public var attentionHeads = 12
  /// Height and width of an image, in pixels.
  public var imageSize = 224
  /// Height and width of a patch, in pixels.
  public var patchSize = 32
  /// Samples of a pixel.
  public var channels = 3
  /// The function inside an MLP.
  public var activation = Activation.quickGELU
  /// What is added to a variance before its root is divided by.
  public var layerNormEpsilon = 1e-5

  /// The sizes of CLIP ViT-B/32, which are what a `config.json` leaves out.
  public init() {}

  /// Length of the vector of one attention head.
  public var headSize: Int { hiddenSize / attentionHeads }
  /// Patches along one side of an image.
  public var patchesPerSide: Int { imageSize / patchSize }
  /// Tokens of an image: its patches and the class token.
  public var tokens: Int { patchesPerSide * patchesPerSide + 1 }
}
