/// How well a network classifies a data set.
public struct ClassificationResult: Sendable, Equatable {
  /// The share of images whose largest logit is their label's, divided in float32.
  public let accuracy: Float
  /// The mean over the batches of each batch's mean cross-entropy, in float32. A short last batch
  /// counts as much as the others, so the value depends on the batch size.
  public let loss: Float
  /// How many images were looked at.
  public let images: Int
}
