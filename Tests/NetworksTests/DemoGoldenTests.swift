#if FUSION_BENCH_LIBTORCH
  import DataSets
  import Foundation
  import Networks
  import Tensors
  import Testing

  /// The shipped models on the shipped images against PyTorch and transformers.
  struct DemoGoldenTests {
    private struct Scores: Decodable {
      struct Score: Decodable {
        let accuracy: Double
        let loss: Double
        let correct: Int
        let count: Int
      }
      let batch_size: Int
      let tasks: [String]
      let models: [String: [String: Score]]
    }

    private static let tasks = ["fashion_mnist", "mnist", "digits", "letters"]
    private static let cases = tasks.flatMap { [("_pretrained_", $0), ($0, $0)] }

    @Test(arguments: cases)
    func `every image gets PyTorch's class, and logits within 1e-4`(
      model: String, task: String
    ) throws {
      let library = try TorchLibrary.load()
      let golden = Files.goldens + "/demo"
      let scores = try JSONDecoder().decode(
        Scores.self, from: Data(contentsOf: URL(fileURLWithPath: golden + "/scores.json")))
      #expect(scores.tasks == Self.tasks)
      let score = try #require(scores.models[model]?[task])
      let folder = "\(Files.demo)/models/\(model)"
      let network = try CLIPVisionTransformer(
        CLIPVisionConfig(path: folder + "/config.json"), weights: Files.tensors(folder),
        library: library)
      let head = try CLIPZeroShotHead(
        Files.tensors("\(Files.demo)/heads/\(task).safetensors"),
        hiddenSize: network.config.hiddenSize, library: library)
      let evaluator = try ClassificationEvaluator(
        model: network, head: head,
        preprocessor: CLIPImagePreprocessor(path: folder + "/preprocessor_config.json"),
        batchSize: scores.batch_size)
      let images = try openDataSet(path: "\(Files.demo)/data/\(task)")

      var logits: [Float] = []
      var predictions: [Int] = []
      let result = try evaluator.evaluate(images) {
        logits += $0.logits
        predictions += $0.predictions
      }
      let reference = try Files.tensors("\(golden)/\(model).logits.safetensors")
      let expected = try Files.floats(task, in: reference)
      #expect(distance(logits, expected) < 1e-4)
      #expect(predictions == classes(of: expected, head.classes))
      #expect(images.count == score.count)
      #expect(result.images == score.count)
      #expect(result.accuracy == Float(score.correct) / Float(score.count))
      #expect(abs(Double(result.loss) - score.loss) < 1e-5 * max(1, score.loss))
    }

    private func classes(of logits: [Float], _ count: Int) -> [Int] {
      stride(from: 0, to: logits.count, by: count).map { start in
        (0..<count).reduce(0) { logits[start + $1] > logits[start + $0] ? $1 : $0 }
      }
    }
  }
#endif
