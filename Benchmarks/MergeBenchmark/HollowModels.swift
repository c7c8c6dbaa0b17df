import Checkpoints
import Foundation
import Tensors

/// Checkpoints that have headers and no data: sparse files as long as the real ones, for planning.
struct HollowModels {
  /// The shape of a family of models.
  enum Family: String, CaseIterable {
    case clip_l14 = "clip-l14"
    case llama3_8b = "llama3-8b"
    case llama3_70b = "llama3-70b"
    case llama3_405b = "llama3-405b"
    /// 20,000 tensors of a mixture of experts.
    case many
  }

  let family: Family
  /// Fine-tuned models beside the base.
  let count: Int

  /// Writes `base`, `ft1`, `ft2` … below `folder`.
  func write(to folder: String) throws {
    let manifest = try Manifest(
      tensors.map { try TensorInfo(name: TensorName($0.0), dtype: .bfloat16, shape: $0.1) })
    let layout = try SafetensorsLayout(manifest)
    for model in 0...count {
      let path = "\(folder)/\(model == 0 ? "base" : "ft\(model)")"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for shard in layout.shards {
        let file = URL(fileURLWithPath: "\(path)/\(shard.name)")
        try Data(shard.header).write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        try handle.truncate(atOffset: UInt64(shard.size))
        try handle.close()
      }
      if let index = layout.index {
        try Data(index).write(
          to: URL(fileURLWithPath: "\(path)/model.safetensors.index.json"))
      }
    }
  }

  private var tensors: [(String, [Int])] {
    switch family {
    case .clip_l14: Self.vision(width: 1024, layers: 24)
    case .llama3_8b: Self.llama(width: 4096, inner: 14336, layers: 32)
    case .llama3_70b: Self.llama(width: 8192, inner: 28672, layers: 80)
    case .llama3_405b: Self.llama(width: 16384, inner: 53248, layers: 126)
    case .many:
      (0..<100).flatMap { layer in
        (0..<200).map { ("model.layers.\(layer).mlp.experts.\($0).weight", [1024, 512]) }
      }
    }
  }

  /// The vision tower of a CLIP of 14 x 14 pixel patches.
  private static func vision(width: Int, layers: Int) -> [(String, [Int])] {
    func linear(_ name: String, _ rows: Int, _ columns: Int) -> [(String, [Int])] {
      [("\(name).weight", [rows, columns]), ("\(name).bias", [rows])]
    }
    func norm(_ name: String) -> [(String, [Int])] {
      [("\(name).weight", [width]), ("\(name).bias", [width])]
    }
    var tensors = [
      ("embeddings.class_embedding", [width]),
      ("embeddings.patch_embedding.weight", [width, 3, 14, 14]),
      ("embeddings.position_embedding.weight", [257, width]),
    ]
    for layer in 0..<layers {
      let prefix = "encoder.layers.\(layer)."
      for part in ["q_proj", "k_proj", "v_proj", "out_proj"] {
        tensors += linear("\(prefix)self_attn.\(part)", width, width)
      }
      tensors += linear("\(prefix)mlp.fc1", 4 * width, width)
      tensors += linear("\(prefix)mlp.fc2", width, 4 * width)
      tensors += norm("\(prefix)layer_norm1") + norm("\(prefix)layer_norm2")
    }
    return tensors + norm("pre_layrnorm") + norm("post_layernorm")
  }

  /// Llama 3: grouped attention with 8 key and value heads of 128, a vocabulary of 128,256.
  private static func llama(width: Int, inner: Int, layers: Int) -> [(String, [Int])] {
    let (vocabulary, keys) = (128_256, 1024)
    var tensors = [("model.embed_tokens.weight", [vocabulary, width])]
    for layer in 0..<layers {
      let prefix = "model.layers.\(layer)."
      tensors += [
        ("\(prefix)self_attn.q_proj.weight", [width, width]),
        ("\(prefix)self_attn.k_proj.weight", [keys, width]),
        ("\(prefix)self_attn.v_proj.weight", [keys, width]),
        ("\(prefix)self_attn.o_proj.weight", [width, width]),
        ("\(prefix)mlp.gate_proj.weight", [inner, width]),
        ("\(prefix)mlp.up_proj.weight", [inner, width]),
        ("\(prefix)mlp.down_proj.weight", [width, inner]),
        ("\(prefix)input_layernorm.weight", [width]),
        ("\(prefix)post_attention_layernorm.weight", [width]),
      ]
    }
    return tensors + [("model.norm.weight", [width]), ("lm_head.weight", [vocabulary, width])]
  }
}
