import DataSets

/// Runs a network and a head over a data set, batch by batch.
public struct ClassificationEvaluator {
  /// One batch as it was evaluated.
  public struct Batch {
    /// The images, by number.
    public let images: Range<Int>
    /// `[images, classes]`, row-major.
    public let logits: [Float]
    /// The class of the largest logit of every image.
    public let predictions: [Int]
  }

  private let model: any ImageEncoder
  private let head: CLIPZeroShotHead
  private let preprocessor: CLIPImagePreprocessor
  private let batchSize: Int
  private let firstBatchOnly: Bool
  private let cache: PixelCache

  /// - Parameters:
  ///   - firstBatchOnly: for a quick try (`fast_dev_run`).
  ///   - cache: batches of images as this preprocessor prepares them, on the model's device.
  /// - Throws: `NetworkError.invalidBatchSize`.
  public init(
    model: any ImageEncoder, head: CLIPZeroShotHead, preprocessor: CLIPImagePreprocessor,
    batchSize: Int = 128, firstBatchOnly: Bool = false, cache: PixelCache = PixelCache(limit: 0)
  ) throws {
    guard batchSize > 0 else { throw NetworkError.invalidBatchSize(batchSize) }
    self.model = model
    self.head = head
    self.preprocessor = preprocessor
    self.batchSize = batchSize
    self.firstBatchOnly = firstBatchOnly
    self.cache = cache
  }

  /// Accuracy and loss on `dataSet`.
  ///
  /// - Parameter visit: is shown every batch, in order.
  /// - Throws: `NetworkError.emptyDataSet`, `.labelOutOfRange`, `.wrongInput`, `.operationFailed`;
  ///   what reading images and `visit` throw.
  public func evaluate(
    _ dataSet: any ImageDataSet, visit: (Batch) throws -> Void = { _ in }
  ) throws -> ClassificationResult {
    guard dataSet.count > 0 else { throw NetworkError.emptyDataSet(dataSet.path) }
    let total = firstBatchOnly ? min(batchSize, dataSet.count) : dataSet.count
    var correct = 0
    var losses: Float = 0
    var batches = 0
    for start in stride(from: 0, to: total, by: batchSize) {
      let images = start..<min(total - start, batchSize) + start
      let labels = try labels(of: images, in: dataSet)
      let logits = try head(model.features(of: pixels(of: images, in: dataSet)))
      let predictions = try logits.argmax(dimension: -1).integers()
      correct += zip(predictions, labels).count { $0 == $1 }
      let targets = try TorchTensor(labels, library: model.library, device: model.device)
      losses += try logits.crossEntropy(targets).floats().reduce(0, +)
      batches += 1
      try visit(
        Batch(images: images, logits: logits.floats(), predictions: predictions.map(Int.init)))
    }
    return ClassificationResult(
      accuracy: Float(correct) / Float(total), loss: losses / Float(batches), images: total)
  }

  private func labels(of images: Range<Int>, in dataSet: any ImageDataSet) throws -> [Int64] {
    try images.map { image in
      let label = dataSet.label(image)
      guard (0..<head.classes).contains(label) else {
        throw NetworkError.labelOutOfRange(
          label: label, image: image, dataSet: dataSet.path, classes: head.classes)
      }
      return Int64(label)
    }
  }

  /// `[images, channels, height, width]`.
  private func pixels(of images: Range<Int>, in dataSet: any ImageDataSet) throws -> TorchTensor {
    let config = model.config
    let expected = [config.channels, config.imageSize, config.imageSize]
    let key = PixelCache.Key(dataSet: dataSet.path, images: images, shape: expected)
    return try cache.batch(key) {
      var values: [Float] = []
      values.reserveCapacity(images.count * expected.reduce(1, *))
      for image in images {
        let pixels = try preprocessor(dataSet.image(image))
        guard pixels.shape == expected else {
          throw NetworkError.wrongInput(expected: expected, found: pixels.shape)
        }
        values += pixels.values
      }
      return try TorchTensor(
        values, shape: [images.count] + expected, library: model.library, device: model.device)
    }
  }
}
