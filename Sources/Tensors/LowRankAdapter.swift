/// What an adapter adds to the weights of a model: products of thin matrices, W + s·B·A.
public struct LowRankAdapter: Sendable {
  /// What is added to one weight.
  public struct Update: Sendable, Equatable {
    /// The weight.
    public let weight: TensorName
    /// The position of A among the factors: rank x inputs.
    public let a: Int
    /// The position of B: outputs x rank.
    public let b: Int
    /// Whether the product is added transposed, as for embeddings and weights of [inputs, outputs].
    public let isTransposed: Bool
    /// s
    public let scale: Double

    /// Describes an update.
    public init(weight: TensorName, a: Int, b: Int, isTransposed: Bool, scale: Double) {
      self.weight = weight
      self.a = a
      self.b = b
      self.isTransposed = isTransposed
      self.scale = scale
    }
  }

  /// The tensors of the adapter.
  public let factors: any StateDict
  /// What is added, in the order of the adapter.
  public let updates: [Update]
  /// Tensors of the model that the adapter changes in another way.
  public let otherChanges: [TensorName]

  /// Describes an adapter.
  public init(factors: any StateDict, updates: [Update], otherChanges: [TensorName]) {
    self.factors = factors
    self.updates = updates
    self.otherChanges = otherChanges
  }
}

/// A model that may be a base with an adapter applied.
public protocol AdaptedStateDict: StateDict {
  /// What the adapter adds; nil for a whole model.
  var adapter: LowRankAdapter? { get }
}
