/// Makes a network's input of a picture, as `preprocessor_config.json` says.
///
/// The steps are those of transformers' `CLIPImageProcessor` (its Pillow variant): convert to
/// colour, resize, cut out the middle, rescale, normalise; each can be switched off.
public struct CLIPImagePreprocessor: Sendable, Equatable {
  /// Repeats gray and drops transparency.
  public var convertsToRGB = true
  /// Nil leaves the size as it is.
  public var size: Size? = .shortestEdge(224)
  /// The filter that resizes.
  public var resampling = Resampling.bicubic
  /// Width and height of the middle that is cut out; nil keeps everything.
  public var crop: Crop? = Crop(width: 224, height: 224)
  /// What samples are multiplied with; nil leaves them as they are.
  public var rescaleFactor: Double? = 1.0 / 255
  /// What is subtracted from each channel, and what it is divided by then; nil does neither.
  public var normalization: Normalization? = Normalization(
    means: [0.48145466, 0.4578275, 0.40821073], deviations: [0.26862954, 0.26130258, 0.27577711])

  /// The settings of OpenAI's CLIP models, which are what a file leaves out.
  public init() {}

  /// The most pixels of a resized picture.
  static let pixelLimit = 1 << 28

  /// The network's input: float32 `[channels, height, width]`.
  ///
  /// - Throws: `DataSetError.wrongChannels`; `.imageTooLarge` for a picture so slim that it could
  ///   not be resized in memory.
  public func callAsFunction(_ image: Image) throws -> PixelValues {
    var image = convertsToRGB ? image.convertedToRGB() : image
    if let (width, height) = try target(of: image) {
      image = image.resized(width: width, height: height, resampling)
    }
    if let crop {
      image = image.centerCropped(width: crop.width, height: crop.height)
    }
    let tables = try (0..<image.channels).map { try table(channel: $0, of: image.channels) }
    let pixels = image.width * image.height
    var values: [Float] = []
    values.reserveCapacity(pixels * image.channels)
    for (channel, table) in tables.enumerated() {
      for position in stride(from: channel, to: image.samples.count, by: image.channels) {
        values.append(table[Int(image.samples[position])])
      }
    }
    return PixelValues(shape: [image.channels, image.height, image.width], values: values)
  }

  /// What becomes of each of the 256 samples of one channel.
  private func table(channel: Int, of channels: Int) throws -> [Float] {
    var table = (0..<256).map { Float(Double($0) * (rescaleFactor ?? 1)) }
    if let normalization {
      guard normalization.means.count == channels, normalization.deviations.count == channels else {
        throw DataSetError.wrongChannels(expected: normalization.means.count, found: channels)
      }
      let mean = normalization.means[channel]
      let deviation = normalization.deviations[channel]
      table = table.map { ($0 - mean) / deviation }
    }
    return table
  }

  private func target(of image: Image) throws -> (width: Int, height: Int)? {
    switch size {
    case nil:
      return nil
    case .exact(let width, let height):
      return (width, height)
    case .shortestEdge(let short):
      let (width, height) =
        image.width <= image.height
        ? (short, short * image.height / max(image.width, 1))
        : (short * image.width / max(image.height, 1), short)
      let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
      guard !overflow, pixels <= Self.pixelLimit else {
        throw DataSetError.imageTooLarge(
          path: "resized image", width: width, height: height, limit: Self.pixelLimit)
      }
      return (width, height)
    }
  }
}
