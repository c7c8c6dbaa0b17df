import FusionCore
import Tensors

/// Puts a Mixtral model together of the tensors of Llama or Mistral models.
///
/// The experts' `w1`, `w2` and `w3` are `gate_proj`, `down_proj` and `up_proj`. Attention, norms,
/// embeddings and head are those of the base.
struct MixtralBuilder {
  /// Where a dense layer's tensors go.
  private static let kept = [
    "self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight",
    "self_attn.o_proj.weight",
  ]
  private static let norms = ["input_layernorm.weight", "post_attention_layernorm.weight"]
  private static let experts = [
    ("w1", "mlp.gate_proj.weight"), ("w2", "mlp.down_proj.weight"), ("w3", "mlp.up_proj.weight"),
  ]
  /// Tables that old checkpoints hold and that are computed anew.
  private static let dropped = ["self_attn.rotary_emb.inv_freq"]

  /// The models: the base first, then the experts' where they are others.
  private let models: [any StateDict]
  /// For every expert its model.
  private let owners: [Int]
  private let prefixes: [String]
  private let isCausal: Bool
  private let layers: Int

  /// - Parameters:
  ///   - experts: one model per expert; nil for the base in all `count` of them.
  ///   - isCausal: whether the head is kept, and the prefix `model.`.
  /// - Throws: `StructureError` where the base is no Llama or Mistral model.
  init(base: any StateDict, experts: [any StateDict]?, count: Int, isCausal: Bool) throws {
    models = [base] + (experts ?? [])
    owners = experts.map { Array(1...max($0.count, 1)) } ?? Array(repeating: 0, count: count)
    prefixes = models.map { $0.manifest.prefix }
    self.isCausal = isCausal
    let table = try LayerTable(base, prefix: prefixes[0] + "layers.")
    layers = table.layers.count
    let known = Set(
      Self.kept + Self.norms + Self.experts.map(\.1) + Self.dropped)
    for member in table.layers.joined() where !known.contains(String(member.suffix.dropFirst())) {
      throw StructureError.noPlace(
        base.manifest.tensors[member.position].name, in: base.label, architecture: "Mixtral")
    }
    let outside = ["embed_tokens.weight", "norm.weight"].map { prefixes[0] + $0 }
    for position in table.others {
      let name = base.manifest.tensors[position].name
      guard outside.contains(name.string) || name.string == "lm_head.weight" else {
        throw StructureError.noPlace(name, in: base.label, architecture: "Mixtral")
      }
    }
  }

  /// The model.
  ///
  /// - Parameters:
  ///   - configuration: the base's `config.json`, where there is one.
  /// - Throws: `StructureError` where a tensor is missing or of another shape than in the base.
  func build(
    configuration base: JSONValue?, perToken: Int, seed: Int, label: String
  ) throws -> any StateDict {
    let routers = try MixtralRouters(
      try (0..<layers).map { try router($0) },
      deviation: MixtralConfiguration.initializerRange(base), seed: seed)
    let out = isCausal ? "model." : ""
    var entries = [try entry(out + "embed_tokens.weight", 0, "embed_tokens.weight")]
    for layer in 0..<layers {
      let name = "layers.\(layer)."
      for suffix in Self.kept { entries.append(try entry(out + name + suffix, 0, name + suffix)) }
      entries.append(
        .init(
          name: routers.manifest.tensors[layer].name, source: models.count, position: layer))
      for (expert, owner) in owners.enumerated() {
        for (weight, suffix) in Self.experts {
          entries.append(
            try entry(
              "\(out)\(name)block_sparse_moe.experts.\(expert).\(weight).weight", owner,
              name + suffix))
        }
      }
      for suffix in Self.norms { entries.append(try entry(out + name + suffix, 0, name + suffix)) }
    }
    entries.append(try entry(out + "norm.weight", 0, "norm.weight"))
    let head = TensorName("lm_head.weight")
    if isCausal {
      if let position = models[0].manifest.position(of: head) {
        entries.append(.init(name: head, source: 0, position: position))
      } else if base?["tie_word_embeddings"] != .bool(true) && base != nil {
        throw StructureError.noTensor(head, in: models[0].label, architecture: "Mixtral")
      }
    }
    return try RedirectedStateDict(
      entries, of: models + [routers], label: label,
      configuration: base.map {
        MixtralConfiguration.make(
          from: $0, architecture: isCausal ? "MixtralForCausalLM" : "MixtralModel",
          experts: owners.count, perToken: perToken)
      })
  }

  /// The router of a layer: `[experts, hidden]`, in the type of the layer's first projection.
  private func router(_ layer: Int) throws -> TensorInfo {
    let (position, name) = try find("layers.\(layer).mlp.gate_proj.weight", in: 0)
    let gate = models[0].manifest.tensors[position]
    guard gate.shape.count == 2, gate.dtype.isFloatingPoint else {
      throw StructureError.noPlace(name, in: models[0].label, architecture: "Mixtral")
    }
    let out = isCausal ? "model." : ""
    return try TensorInfo(
      name: TensorName("\(out)layers.\(layer).block_sparse_moe.gate.weight"), dtype: gate.dtype,
      shape: [owners.count, gate.shape[1]])
  }

  /// A tensor of a model under a new name.
  private func entry(
    _ name: String, _ model: Int, _ old: String
  ) throws -> RedirectedStateDict.Entry {
    let (position, found) = try find(old, in: model)
    let shape = models[model].manifest.tensors[position].shape
    if model > 0 {
      let expected = models[0].manifest.tensors[try find(old, in: 0).position].shape
      guard shape == expected else {
        throw StructureError.shape(
          found, expected: expected, found: shape, in: models[model].label)
      }
    }
    return .init(name: TensorName(name), source: model, position: position)
  }

  private func find(_ name: String, in model: Int) throws -> (position: Int, name: TensorName) {
    let name = TensorName(prefixes[model] + name)
    guard let position = models[model].manifest.position(of: name) else {
      throw StructureError.noTensor(name, in: models[model].label, architecture: "Mixtral")
    }
    return (position, name)
  }
}

extension Manifest {
  /// What stands before a decoder's names: `model.` in a causal language model.
  fileprivate var prefix: String {
    tensors.contains { $0.name.string.utf8.starts(with: "model.".utf8) } ? "model." : ""
  }
}
