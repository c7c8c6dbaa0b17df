#if FUSION_BENCH_LIBTORCH
  import Networks
  import Tensors
  import Testing

  struct TransformerTests {
    private let library: TorchLibrary

    init() throws { library = try TorchLibrary.load() }

    private func network(
      _ weights: any StateDict, _ config: CLIPVisionConfig = TinyNetwork.config
    ) throws -> CLIPVisionTransformer {
      try CLIPVisionTransformer(config, weights: weights, library: library)
    }

    private func pixels(_ count: Int, from start: Int = 0) throws -> TorchTensor {
      let values = noise(96, seed: 5).map(Float.init)
      return try TorchTensor(
        Array(values[start * 48..<(start + count) * 48]), shape: [count, 3, 4, 4], library: library)
    }

    @Test func `both spellings of the names give the same output`() throws {
      let plain = try network(TinyNetwork.weights())(pixels(2))
      let prefixed = try network(TinyNetwork.weights(prefix: "vision_model."))(pixels(2))
      #expect(try plain.poolerOutput.floats() == prefixed.poolerOutput.floats())
      #expect(plain.lastHiddenState.shape == [2, 5, 6])
    }

    @Test func `an image's output does not depend on its batch`() throws {
      let network = try network(TinyNetwork.weights())
      let both = try network(pixels(2)).poolerOutput.floats()
      let second = try network(pixels(1, from: 1)).poolerOutput.floats()
      #expect(distance(Array(both[6..<12]), second) < 1e-6)
    }

    @Test func `position ids are ignored and not counted`() throws {
      let ids = try Tensor(
        "embeddings.position_ids", dtype: .int64, shape: [1, 5], values: [0, 1, 2, 3, 4])
      let network = try network(TinyNetwork.weights(adding: [ids]))
      #expect(
        network.parameterCount == TinyNetwork.shapes.map { $0.shape.reduce(1, *) }.reduce(0, +))
    }

    @Test func `half precision weights are computed with in float32`() throws {
      let half = try TinyNetwork.weights {
        try TinyNetwork.tensor($0, $1, dtype: .bfloat16)
      }
      let widened = try InMemoryStateDict(
        half.manifest.tensors.indices.map { position in
          let tensor = try half.tensor(at: position)
          return try Tensor(tensor.info.name, shape: tensor.info.shape, values: tensor.doubles())
        })
      let a = try network(half)(pixels(1)).poolerOutput.floats()
      #expect(a == (try network(widened)(pixels(1)).poolerOutput.floats()))
    }

    @Test func `a missing tensor is named`() throws {
      let weights = try TinyNetwork.weights {
        $0.hasSuffix("k_proj.bias") ? nil : try TinyNetwork.tensor($0, $1)
      }
      let error = caught(TensorError.self) { _ = try network(weights) }
      #expect(
        error?.description == "tiny: tensor 'encoder.layers.0.self_attn.k_proj.bias' is missing")
    }

    @Test func `a tensor that the network does not have is named`() throws {
      let weights = try TinyNetwork.weights(
        prefix: "vision_model.", adding: [TinyNetwork.tensor("encoder.layers.1.mlp.fc1.bias", [8])])
      let error = caught(TensorError.self) { _ = try network(weights) }
      #expect(
        error?.description == "tiny: tensor 'encoder.layers.1.mlp.fc1.bias' is not in "
          + "the network that config.json describes")
    }

    @Test func `a tensor of another shape is named with both shapes`() throws {
      let weights = try TinyNetwork.weights {
        try TinyNetwork.tensor($0, $0 == "encoder.layers.0.mlp.fc2.weight" ? [8, 6] : $1)
      }
      #expect(
        throws: TensorError.shapeMismatch(
          "encoder.layers.0.mlp.fc2.weight", expected: [6, 8], found: [8, 6], in: "tiny",
          reference: "the network that config.json describes")
      ) {
        try network(weights)
      }
    }

    @Test func `integer weights are refused`() throws {
      let weights = try TinyNetwork.weights { try TinyNetwork.tensor($0, $1, dtype: .int8) }
      let error = caught(TensorError.self) { _ = try network(weights) }
      guard case .kindMismatch("embeddings.class_embedding", .float32, .int8, _, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }

    @Test(arguments: [[1, 3, 4, 5], [3, 4, 4], [2, 1, 4, 4]])
    func `images of another size are refused`(shape: [Int]) throws {
      let network = try network(TinyNetwork.weights())
      let pixels = try TorchTensor(
        .init(repeating: 0, count: shape.reduce(1, *)), shape: shape, library: library)
      #expect(throws: NetworkError.wrongInput(expected: [shape[0], 3, 4, 4], found: shape)) {
        try network(pixels)
      }
    }
  }
#endif
