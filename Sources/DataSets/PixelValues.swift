/// A picture as a network takes it: float32 `[channels, height, width]`.
public struct PixelValues: Sendable, Equatable {
  /// `[channels, height, width]`.
  public let shape: [Int]
  /// One channel after the other, row by row.
  public let values: [Float]
}
