extension CLIPImagePreprocessor {
  /// What size to resize to.
  public enum Size: Sendable, Equatable {
    /// The shorter side becomes so long; the longer one keeps the proportion, rounded down.
    case shortestEdge(Int)
    case exact(width: Int, height: Int)
  }

  /// The size of the middle that is cut out, in pixels.
  public struct Crop: Sendable, Equatable {
    /// Columns.
    public var width: Int
    /// Rows.
    public var height: Int

    /// Sets both sides.
    public init(width: Int, height: Int) {
      self.width = width
      self.height = height
    }
  }

  /// Two numbers for every channel.
  public struct Normalization: Sendable, Equatable {
    /// What is subtracted.
    public var means: [Float]
    /// What the difference is divided by.
    public var deviations: [Float]

    /// Sets both lists, which are equally long.
    public init(means: [Float], deviations: [Float]) {
      self.means = means
      self.deviations = deviations
    }
  }
}
