#if FUSION_BENCH_LIBTORCH
  import Checkpoints
  import FusionCore
  import Methods
  import Networks
  import Tensors
  import Testing

  struct SmileGoldenTests {
    static let folder = "\(Files.goldens)/smile"

    static func pool() throws -> BaseModelPool {
      try BaseModelPool(
        ["_pretrained_", "a", "b", "c"].map {
          ($0, try Checkpoint.open("\(folder)/\($0).safetensors"))
        })
    }

    static let cases: [(name: String, make: @Sendable () -> SmileUpscalingAlgorithm)] = [
      ("top_1", { SmileUpscalingAlgorithm(gateRank: 2, rank: 4) }),
      (
        "top_2_weights",
        {
          let method = SmileUpscalingAlgorithm(gateRank: 3, rank: 5, expertsPerToken: 2)
          method.routesByChange = false
          return method
        }
      ), ("dense", { SmileUpscalingAlgorithm(gateRank: 4, rank: -1, expertsPerToken: 3) }),
    ]

    @Test("pooled outputs are those of FusionBench's upscaled models", arguments: cases.indices)
    func agrees(_ number: Int) throws {
      let (name, make) = Self.cases[number]
      let model = try #require(try make().run(Self.pool()).model)
      let library = try TorchLibrary.load()
      let network = try CLIPVisionTransformer(
        CLIPVisionConfig(path: "\(Self.folder)/config.json"), weights: model, library: library)
      let reference = try Files.tensors("\(Self.folder)/reference.safetensors")
      let output = try network(TorchTensor(reference.tensor("pixel_values"), library: library))
      let found = try output.poolerOutput.floats()
      let expected = try Files.floats(name, in: reference)
      let apart = distance(found, expected)
      #expect(apart < 1e-4)
      #expect(
        network.parameterCount
          == model.manifest.tensors.reduce(0) {
            $0 + ($1.dtype.isFloatingPoint ? $1.count : 0)
          })
      let single = try network(
        TorchTensor(Array(repeating: 0.5, count: 192), shape: [1, 3, 8, 8], library: library))
      #expect(single.poolerOutput.shape == [1, 16])
    }

    @Test("a layer whose tokens would go through no expert, or too many, is an error that names it")
    func badExperts() throws {
      let model = try #require(
        try SmileUpscalingAlgorithm(gateRank: 2, rank: 4).run(Self.pool()).model)
      let library = try TorchLibrary.load()
      let config = try CLIPVisionConfig(path: "\(Self.folder)/config.json")
      let layer = "encoder.layers.1.mlp.fc2"
      func error(_ change: (TensorInfo) throws -> Tensor?) -> String? {
        do {
          let tensors = try model.manifest.tensors.indices.compactMap { position in
            let info = model.manifest.tensors[position]
            return info.name.string.contains(layer)
              ? try change(info) : try model.tensor(at: position)
          }
          _ = try CLIPVisionTransformer(
            config, weights: try InMemoryStateDict(tensors), library: library)
          return nil
        } catch {
          return "\(error)"
        }
      }
      for count in [0, 4, -1] {
        let text = error {
          $0.name.string.hasSuffix("top_k")
            ? try Tensor($0.name, dtype: .int64, shape: [], values: [Double(count)])
            : try model.tensor($0.name)
        }
        #expect(text?.contains(layer) == true && text?.contains("\(count) of 3") == true)
      }
      #expect(
        error { $0.name.string.contains("experts.0") ? nil : try model.tensor($0.name) }?
          .contains("\(layer).experts.0") == true)
      #expect(
        error { $0.name.string.contains("experts.1.u") ? nil : try model.tensor($0.name) }?
          .contains("\(layer).experts.1.u") == true)
    }
  }
#endif
