import FusionCore
import FusionTestSupport
import OrderedCollections
import Tensors
import Testing

@testable import Methods

@Suite struct MixtralTests {
  private static let hidden = 4
  private static let inner = 6

  /// A Llama model of two layers; tensor k of model m holds 1000 m + k.
  private func llama(
    _ m: Int, prefix: String = "model.", head: Bool = true, inner: Int = inner,
    extra: [(String, [Int])] = [], dtype: DType = .float32
  ) throws -> any StateDict {
    let h = Self.hidden
    var shapes: [(String, [Int])] = [(prefix + "embed_tokens.weight", [10, h])]
    for layer in 0..<2 {
      let name = "\(prefix)layers.\(layer)."
      shapes += ["q", "k", "v", "o"].map { ("\(name)self_attn.\($0)_proj.weight", [h, h]) }
      shapes += [
        (name + "mlp.gate_proj.weight", [inner, h]), (name + "mlp.up_proj.weight", [inner, h]),
        (name + "mlp.down_proj.weight", [h, inner]), (name + "input_layernorm.weight", [h]),
        (name + "post_attention_layernorm.weight", [h]),
      ]
    }
    shapes.append((prefix + "norm.weight", [h]))
    if head { shapes.append(("lm_head.weight", [10, h])) }
    shapes += extra
    return try InMemoryStateDict(
      shapes.enumerated().map { k, item in
        try Tensor(
          TensorName(item.0), dtype: dtype, shape: item.1,
          values: Array(repeating: Double(1000 * m + k), count: item.1.reduce(1, *)))
      }, label: "m\(m)")
  }

  private func configured(_ model: any StateDict, _ config: JSONValue) throws -> any StateDict {
    try RedirectedStateDict(
      model.manifest.tensors.indices.map {
        .init(name: model.manifest.tensors[$0].name, source: 0, position: $0)
      }, of: [model], label: model.label, configuration: config)
  }

  private func pool(_ models: [(String, any StateDict)]) throws -> BaseModelPool {
    try BaseModelPool(models.map { (name: $0.0, model: $0.1) })
  }

  @Test("upscaling copies attention, norms, embeddings and head, and every MLP into all experts")
  func upscaling() throws {
    let base = try llama(0)
    let method = MixtralForCausalLMUpscalingAlgorithm()
    method.experts = 3
    let merged = try #require(try method.run(pool([("_pretrained_", base)])).model)
    let names = merged.manifest.tensors.map(\.name.string)
    #expect(names.count == 1 + 2 * (4 + 1 + 9 + 2) + 2)
    for layer in 0..<2 {
      let name = "model.layers.\(layer)."
      for kept in [
        "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
        "input_layernorm", "post_attention_layernorm",
      ] {
        let tensor = TensorName(name + kept + ".weight")
        #expect(try merged.tensor(tensor).doubles() == base.tensor(tensor).doubles())
      }
      for expert in 0..<3 {
        for (w, proj) in [("w1", "gate"), ("w2", "down"), ("w3", "up")] {
          let new = try merged.tensor(
            TensorName("\(name)block_sparse_moe.experts.\(expert).\(w).weight"))
          let old = try base.tensor(TensorName("\(name)mlp.\(proj)_proj.weight"))
          #expect(new.doubles() == old.doubles() && new.info.shape == old.info.shape)
        }
      }
      let router = try merged.tensor(TensorName(name + "block_sparse_moe.gate.weight"))
      #expect(router.info.shape == [3, Self.hidden])
    }
    #expect(names.first == "model.embed_tokens.weight" && names.last == "lm_head.weight")
  }

  @Test("merging takes expert e from model e, and all else from the pre-trained model")
  func merging() throws {
    let models = try [
      ("_pretrained_", llama(0)), ("x", llama(1)), ("y", llama(2, prefix: "", head: false)),
    ]
    let merged = try numbers(
      try #require(try MixtralForCausalLMMergingAlgorithm().run(pool(models)).model))
    #expect(merged["model.layers.1.self_attn.q_proj.weight"] == 10)
    #expect(merged["model.layers.1.block_sparse_moe.experts.0.w1.weight"] == 1014)
    #expect(merged["model.layers.1.block_sparse_moe.experts.1.w1.weight"] == 2014)
    #expect(merged["model.layers.1.block_sparse_moe.experts.1.w3.weight"] == 2015)
    #expect(merged["model.layers.1.block_sparse_moe.experts.1.w2.weight"] == 2016)
    #expect(merged["model.layers.1.block_sparse_moe.experts.2.w2.weight"] == nil)
  }

  @Test("the decoder alone has neither prefix nor head")
  func decoder() throws {
    for prefix in ["", "model."] {
      let base = try llama(0, prefix: prefix, head: prefix == "model.")
      let merged = try #require(
        try MixtralUpscalingAlgorithm().run(pool([("_pretrained_", base)])).model)
      let names = merged.manifest.tensors.map(\.name.string)
      #expect(names.first == "embed_tokens.weight" && names.last == "norm.weight")
    }
    let merged = try MixtralMoEMergingAlgorithm().run(
      pool([("_pretrained_", llama(0)), ("a", llama(1)), ("b", llama(2))]))
    #expect(
      merged.model?.manifest.position(of: "layers.0.block_sparse_moe.experts.1.w1.weight") != nil)
  }

  @Test("routers are normal numbers of the configured width, by seed and place alone")
  func routers() throws {
    let infos = try (0..<2).map {
      try TensorInfo(name: TensorName("r\($0)"), dtype: .float64, shape: [50, 100])
    }
    let routers = try MixtralRouters(infos, deviation: 0.02, seed: 7)
    let values = try infos.map { try routers.tensor($0.name).doubles() }
    #expect(values[0] != values[1])
    for layer in values {
      let mean = layer.reduce(0, +) / 5000
      let deviation = (layer.reduce(0) { $0 + $1 * $1 } / 5000).squareRoot()
      #expect(abs(mean) < 4 * 0.02 / 5000.0.squareRoot())
      #expect(abs(deviation - 0.02) < 4 * 0.02 / 10000.0.squareRoot())
    }
    var pieces: [Double] = []
    for start in stride(from: 0, to: 5000, by: 700) {
      let slice = Slice(tensor: 1, elements: start..<min(start + 700, 5000))
      var part = [Double](repeating: 0, count: slice.count)
      part.withUnsafeMutableBytes { routers.read(slice, into: $0) }
      pieces += part
    }
    #expect(pieces == values[1])
    let other = try MixtralRouters(infos, deviation: 0.02, seed: 8)
    #expect(try other.tensor("r0").doubles() != values[0])
    #expect(try routers.casting(to: .bfloat16).manifest.tensors[0].dtype == .bfloat16)
  }

  @Test("the configuration becomes Mixtral's")
  func configuration() throws {
    let base = try configured(
      llama(0),
      .object([
        "architectures": .array([.string("LlamaForCausalLM")]), "model_type": .string("llama"),
        "num_attention_heads": .integer(2), "hidden_size": .integer(4),
        "initializer_range": .number(0.5), "sliding_window": .integer(4096),
      ]))
    let merged = try #require(
      try MixtralForCausalLMUpscalingAlgorithm().run(pool([("_pretrained_", base)])).model)
    let config = try #require((merged as? any ConfiguredStateDict)?.configuration)
    #expect(
      config
        == .object([
          "architectures": .array([.string("MixtralForCausalLM")]),
          "model_type": .string("mixtral"), "num_attention_heads": .integer(2),
          "hidden_size": .integer(4), "initializer_range": .number(0.5), "sliding_window": .null,
          "rms_norm_eps": .number(1e-6), "rope_theta": .number(10000),
          "num_key_value_heads": .integer(2), "max_position_embeddings": .integer(2048),
          "num_local_experts": .integer(4), "num_experts_per_tok": .integer(2),
          "output_router_logits": .bool(false), "router_aux_loss_coef": .number(0.001),
          "router_jitter_noise": .number(0),
        ]))
    let router = try merged.tensor("model.layers.0.block_sparse_moe.gate.weight").doubles()
    #expect(router.contains { abs($0) > 0.2 })
    let cast = try merged.casting(to: .float16)
    #expect((cast as? any ConfiguredStateDict)?.configuration == config)
  }

  @Test("what Mixtral cannot be made of is refused by the tensor's name")
  func refusals() throws {
    let method = MixtralForCausalLMUpscalingAlgorithm()
    func said(_ base: any StateDict) -> String? {
      message { _ = try method.run(pool([("_pretrained_", base)])) }
    }
    let bias = try llama(0, extra: [("model.layers.0.self_attn.q_proj.bias", [4])])
    #expect(
      said(bias) == "m0: tensor 'model.layers.0.self_attn.q_proj.bias' has no place in Mixtral")
    let adapter = try llama(0, extra: [("adapter.weight", [1])])
    #expect(said(adapter) == "m0: tensor 'adapter.weight' has no place in Mixtral")
    let rotary = try llama(0, extra: [("model.layers.1.self_attn.rotary_emb.inv_freq", [2])])
    #expect(said(rotary) == nil)
    let headless = try configured(llama(0, head: false), .object(["hidden_size": .integer(4)]))
    #expect(said(headless) == "m0: no tensor 'lm_head.weight', which Mixtral needs")
    let tied = try configured(
      llama(0, head: false), .object(["tie_word_embeddings": .bool(true)]))
    #expect(said(tied) == nil)
    #expect(said(try numbered(["model.layers.0.x"]))?.contains("has no place in Mixtral") == true)
    #expect(said(try single([1]))?.contains("no tensor's name begins with 'layers.'") == true)
    let merging = MixtralForCausalLMMergingAlgorithm()
    #expect(
      message {
        _ = try merging.run(
          pool([("_pretrained_", llama(0)), ("a", llama(1)), ("b", llama(2, inner: 7))]))
      } == "m2: tensor 'model.layers.0.mlp.gate_proj.weight' has shape [7, 4], but [6, 4] is needed"
    )
    #expect(
      message { _ = try merging.run(pool([("_pretrained_", llama(0)), ("a", llama(1))])) }
        == "experts_per_token=2: there are 1 expert(s)")
    #expect(
      message { _ = try merging.run(pool([("a", llama(1)), ("b", llama(1))])) }?
        .contains("_pretrained_") == true)
  }

  @Test(
    "numbers of experts that cannot be are refused",
    arguments: [
      (0, 1, "num_experts=0"), (5000, 1, "num_experts=5000"), (4, 0, "experts_per_token=0"),
      (2, 3, "experts_per_token=3"),
    ])
  func numbersOfExperts(_ experts: Int, _ perToken: Int, _ text: String) {
    let method = MixtralUpscalingAlgorithm()
    method.experts = experts
    method.expertsPerToken = perToken
    #expect(message { try method.validate() }?.hasPrefix(text) == true)
    method.experts = 4
    method.expertsPerToken = 2
    method.savePath = "out"
    #expect(message { try method.validate() }?.hasPrefix("save_checkpoint=out") == true)
  }
}
