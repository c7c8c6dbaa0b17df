/// A picture of 8-bit samples.
public struct Image: Sendable, Equatable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Samples per pixel: 1 is gray, 3 is red, green and blue.
  public let channels: Int
  /// `height × width × channels` samples, row by row, a pixel's samples side by side.
  public let samples: [UInt8]

  /// Wraps samples.
  ///
  /// - Precondition: as many samples as the sizes say.
  public init(width: Int, height: Int, channels: Int, samples: [UInt8]) {
    precondition(samples.count == width * height * channels)
    self.width = width
    self.height = height
    self.channels = channels
    self.samples = samples
  }
}
