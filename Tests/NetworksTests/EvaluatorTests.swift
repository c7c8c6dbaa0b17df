#if FUSION_BENCH_LIBTORCH
  import DataSets
  import Foundation
  import Networks
  import Testing

  struct EvaluatorTests {
    private let labels = [0, 2, 1, 1, 0]

    private func evaluator(
      batchSize: Int = 128, firstBatchOnly: Bool = false
    ) throws -> ClassificationEvaluator {
      let library = try TorchLibrary.load()
      var preprocessor = CLIPImagePreprocessor()
      preprocessor.size = nil
      preprocessor.crop = nil
      return try ClassificationEvaluator(
        model: CLIPVisionTransformer(
          TinyNetwork.config, weights: TinyNetwork.weights(), library: library),
        head: CLIPZeroShotHead(TinyNetwork.head(), hiddenSize: 6, library: library),
        preprocessor: preprocessor, batchSize: batchSize, firstBatchOnly: firstBatchOnly)
    }

    /// The cross-entropy of every image.
    private func losses(_ logits: [Float], _ labels: [Int]) -> [Double] {
      labels.enumerated().map { image, label in
        let row = logits[image * 3..<image * 3 + 3].map(Double.init)
        return log(row.map { exp($0) }.reduce(0, +)) - row[label]
      }
    }

    @Test func `the loss is the mean of the batches' means`() throws {
      var logits: [Float] = []
      var ranges: [Range<Int>] = []
      var predictions: [Int] = []
      let result = try evaluator(batchSize: 2).evaluate(FlatImages(labels: labels)) {
        logits += $0.logits
        ranges.append($0.images)
        predictions += $0.predictions
      }
      #expect(ranges == [0..<2, 2..<4, 4..<5])
      let each = losses(logits, labels)
      let expected = ((each[0] + each[1]) / 2 + (each[2] + each[3]) / 2 + each[4]) / 3
      #expect(abs(Double(result.loss) - expected) < 1e-6)
      let right = zip(predictions, labels).count { $0 == $1 }
      #expect(result.accuracy == Float(right) / 5)
      #expect(result.images == 5)
    }

    @Test func `the batch size changes the loss but not the accuracy`() throws {
      let one = try evaluator(batchSize: 128).evaluate(FlatImages(labels: labels))
      let two = try evaluator(batchSize: 4).evaluate(FlatImages(labels: labels))
      #expect(one.accuracy == two.accuracy)
      #expect(one.loss != two.loss)
    }

    @Test func `a quick try looks at the first batch`() throws {
      let quick = try evaluator(batchSize: 2, firstBatchOnly: true)
        .evaluate(FlatImages(labels: labels))
      let first = try evaluator(batchSize: 2).evaluate(FlatImages(labels: [0, 2]))
      #expect(quick == first)
      #expect(quick.images == 2)
    }

    @Test func `a label that the head does not know is an error`() throws {
      let evaluator = try evaluator()
      let error = caught(NetworkError.self) {
        _ = try evaluator.evaluate(FlatImages(labels: [0, 3]))
      }
      #expect(
        error?.description
          == "flat images: image 1 has label 3, but the head knows 3 classes (0 to 2)")
    }

    @Test func `an empty data set is an error`() throws {
      let evaluator = try evaluator()
      #expect(throws: NetworkError.emptyDataSet("flat images")) {
        try evaluator.evaluate(FlatImages(labels: []))
      }
    }

    @Test func `images of another size than the network's are an error`() throws {
      let evaluator = try evaluator()
      #expect(throws: NetworkError.wrongInput(expected: [3, 4, 4], found: [3, 5, 5])) {
        try evaluator.evaluate(FlatImages(labels: [0], side: 5))
      }
    }

    @Test func `a batch size below 1 is an error`() {
      #expect(throws: NetworkError.invalidBatchSize(0)) { try evaluator(batchSize: 0) }
    }
  }
#endif
