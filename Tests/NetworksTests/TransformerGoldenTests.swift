#if FUSION_BENCH_LIBTORCH
  import Networks
  import Tensors
  import Testing

  struct TransformerGoldenTests {
    @Test(arguments: ["tiny-quick-gelu-prefixed", "tiny-gelu-flat"])
    func `hidden states and pooled output are those of transformers`(name: String) throws {
      let library = try TorchLibrary.load()
      let folder = "\(Files.goldens)/\(name)"
      let reference = try Files.tensors(folder + "/reference.safetensors")
      let network = try CLIPVisionTransformer(
        CLIPVisionConfig(path: folder + "/config.json"),
        weights: Files.tensors(folder + "/model.safetensors"), library: library)
      let output = try network(
        TorchTensor(reference.tensor("pixel_values"), library: library))
      #expect(output.lastHiddenState.shape == [3, 17, 32])
      #expect(output.poolerOutput.shape == [3, 32])
      let hidden = try Files.floats("last_hidden_state", in: reference)
      #expect(distance(try output.lastHiddenState.floats(), hidden) < 1e-4)
      let pooled = try Files.floats("pooler_output", in: reference)
      #expect(distance(try output.poolerOutput.floats(), pooled) < 1e-4)
    }
  }
#endif
