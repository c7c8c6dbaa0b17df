#if FUSION_BENCH_LIBTORCH
  import Foundation
  import Networks
  import Tensors
  import Testing

  struct HeadTests {
    private let library: TorchLibrary

    init() throws { library = try TorchLibrary.load() }

    /// The head's formula, written out.
    private func logits(
      _ pooled: [Double], _ weight: [Double], _ projection: [Double]?, scale: Double
    ) -> [Float] {
      func product(_ matrix: [Double], _ vector: [Double]) -> [Double] {
        stride(from: 0, to: matrix.count, by: vector.count).map { row in
          vector.indices.map { matrix[row + $0] * vector[$0] }.reduce(0, +)
        }
      }
      let image = projection.map { product($0, pooled) } ?? pooled
      let norm = image.map { $0 * $0 }.reduce(0, +).squareRoot()
      return product(weight, image.map { $0 / norm }).map { Float(exp(scale) * $0) }
    }

    @Test(arguments: [[], [1]])
    func `logits are scaled cosines of the projected image`(scaleShape: [Int]) throws {
      let state = try TinyNetwork.head(scale: scaleShape)
      let head = try CLIPZeroShotHead(state, hiddenSize: 6, library: library)
      let pooled = noise(12, seed: 3)
      let found = try head(TorchTensor(pooled.map(Float.init), shape: [2, 6], library: library))
      #expect(found.shape == [2, 3])
      let weight = try state.tensor("weight").doubles()
      let projection = try state.tensor("visual_projection.weight").doubles()
      let expected = [0..<6, 6..<12].flatMap {
        logits(Array(pooled[$0]), weight, projection, scale: 1.5)
      }
      #expect(distance(try found.floats(), expected) < 1e-5)
    }

    @Test func `without a projection the pooled features are compared`() throws {
      let state = try TinyNetwork.head(weight: [3, 6], projection: nil)
      let head = try CLIPZeroShotHead(state, hiddenSize: 6, library: library)
      let pooled = noise(6, seed: 3)
      let found = try head(TorchTensor(pooled.map(Float.init), shape: [1, 6], library: library))
      let expected = logits(pooled, try state.tensor("weight").doubles(), nil, scale: 1.5)
      #expect(distance(try found.floats(), expected) < 1e-5)
    }

    @Test(
      arguments: [
        ([3, 4], nil, "head: tensor 'weight' has shape [3, 4], but [3, 6] in"),
        (
          [3, 4], [4, 5], "head: tensor 'visual_projection.weight' has shape [4, 5], but [4, 6] in"
        ),
        ([4], [4, 6], "head: tensor 'weight' has shape [4], but [4, 4] in"),
        ([], [4, 6], "head: tensor 'weight' has shape [], but [1, 6] in"),
        ([0, 4], [4, 6], "head: tensor 'weight' has shape [0, 4], but [1, 4] in"),
      ] as [([Int], [Int]?, String)])
    func `a head of other sizes is an error that names the tensor`(
      weight: [Int], projection: [Int]?, message: String
    ) throws {
      let state = try TinyNetwork.head(weight: weight, projection: projection)
      let error = caught(TensorError.self) {
        _ = try CLIPZeroShotHead(state, hiddenSize: 6, library: library)
      }
      #expect(
        error?.description == message + " a zero-shot head for a network of hidden size 6")
    }

    @Test func `a head without its scale is an error`() throws {
      let state = try InMemoryStateDict([TinyNetwork.tensor("weight", [3, 6])], label: "head")
      let error = caught(TensorError.self) {
        _ = try CLIPZeroShotHead(state, hiddenSize: 6, library: library)
      }
      #expect(error?.description == "head: tensor 'logit_scale' is missing")
    }
  }
#endif
