import DataSets
import Threading

/// Runs a network and a head over a data set, batch by batch.
public struct ClassificationEvaluator: Sendable {
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
  private let threads: Int
  private let cache: PixelCache

  /// - Parameters:
  ///   - firstBatchOnly: for a quick try (`fast_dev_run`).
  ///   - threads: threads that run the network; one for a network on an accelerator.
  ///   - cache: batches of images as this preprocessor prepares them, on the model's device.
  /// - Throws: `NetworkError.invalidBatchSize`.
  public init(
    model: any ImageEncoder, head: CLIPZeroShotHead, preprocessor: CLIPImagePreprocessor,
    batchSize: Int = 128, firstBatchOnly: Bool = false, threads: Int = 1,
    cache: PixelCache = PixelCache(limit: 0)
  ) throws {
    guard batchSize > 0 else { throw NetworkError.invalidBatchSize(batchSize) }
    self.model = model
    self.head = head
    self.preprocessor = preprocessor
    self.batchSize = batchSize
    self.firstBatchOnly = firstBatchOnly
    self.threads = threads
    self.cache = cache
  }

  /// Accuracy and loss on `dataSet`.
  ///
  /// A thread runs the network on a few images at a time, alone: what comes out does not depend on
  /// how many threads there are.
  ///
  /// - Parameter visit: is shown every batch, in order.
  /// - Throws: `NetworkError.emptyDataSet`, `.labelOutOfRange`, `.wrongInput`, `.operationFailed`;
  ///   what reading images and `visit` throw.
  public func evaluate(
    _ dataSet: any ImageDataSet, visit: (Batch) throws -> Void = { _ in }
  ) throws -> ClassificationResult {
    guard dataSet.count > 0 else { throw NetworkError.emptyDataSet(dataSet.path) }
    let total = firstBatchOnly ? min(batchSize, dataSet.count) : dataSet.count
    let labels = try labels(of: 0..<total, in: dataSet)
    let logits = try logits(of: total, in: dataSet)
    var correct = 0
    var losses: Float = 0
    var batches = 0
    for start in stride(from: 0, to: total, by: batchSize) {
      let images = start..<min(total - start, batchSize) + start
      let values = Array(
        logits[images.lowerBound * head.classes..<images.upperBound * head.classes])
      let batch = try TorchTensor(
        values, shape: [images.count, head.classes], library: model.library)
      let predictions = try batch.argmax(dimension: -1).integers()
      correct += zip(predictions, labels[images]).count { $0 == $1 }
      let targets = try TorchTensor(Array(labels[images]), library: model.library)
      losses += try batch.crossEntropy(targets).floats().reduce(0, +)
      batches += 1
      try visit(Batch(images: images, logits: values, predictions: predictions.map(Int.init)))
    }
    return ClassificationResult(
      accuracy: Float(correct) / Float(total), loss: losses / Float(batches), images: total)
  }

  /// Images that a thread runs the network on at a time: their activations stay in its cache.
  private static let chunk = 32

  /// `[total, classes]` of the first images, row-major.
  private func logits(of total: Int, in dataSet: any ImageDataSet) throws -> [Float] {
    let chunks = stride(from: 0, to: total, by: Self.chunk).map {
      $0..<min(total - $0, Self.chunk) + $0
    }
    try model.library.setThreads(1)
    // An accelerator computes one thing at a time.
    let parallel = Parallel(threads: model.device == .cpu ? threads : 1)
    let parts = try parallel.forEach(chunks.count, makeState: { [(number: Int, [Float])]() }) {
      let images = chunks[$1]
      $0.append(($1, try head(model.features(of: pixels(of: images, in: dataSet))).floats()))
    }
    return parts.joined().sorted { $0.number < $1.number }.flatMap { $0.1 }
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
