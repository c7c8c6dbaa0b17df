import Checkpoints
import Foundation
import Tensors

/// Small models written as Hugging Face directories.
enum TinyModels {
  private static let shapes: [(TensorName, [Int])] = [
    ("embedding.weight", [300, 40]), ("layers.0.weight", [40, 40]), ("layers.0.bias", [40]),
    ("conv.weight", [4, 3, 2, 2]), ("empty", [0, 5]), ("scale", []),
  ]

  private static let languageShapes: [(TensorName, [Int])] =
    [("lm_head.weight", [30, 16]), ("model.embed_tokens.weight", [30, 16])]
    + (0...1).flatMap { layer -> [(TensorName, [Int])] in
      [
        (TensorName("model.layers.\(layer).mlp.up_proj.weight"), [24, 16]),
        (TensorName("model.layers.\(layer).self_attn.q_proj.weight"), [16, 16]),
        (TensorName("model.layers.\(layer).input_layernorm.weight"), [16]),
      ]
    } + [("model.norm.weight", [16])]

  /// Writes `base`, `ft1`, `ft2`, `ft3`.
  static func write(to folder: URL, dtype: DType) throws {
    for model in 0...3 {
      let name = model == 0 ? "base" : "ft\(model)"
      try write(try tensors(model, dtype), name, to: folder)
    }
  }

  /// Writes `lm0`, `lm1`, `lm2`, with the names of a Llama.
  static func writeLanguageModels(to folder: URL, dtype: DType) throws {
    for model in 0...2 {
      try write(try floats(languageShapes, model, dtype), "lm\(model)", to: folder)
    }
  }

  /// Writes `ad1`, `ad2`: adapters of `lm0` with a rank of 3 and scales of 1 and 2.
  static func writeAdapters(to folder: URL, dtype: DType) throws {
    let shapes = (0...1).flatMap { layer in
      [("mlp.up_proj", 24), ("self_attn.q_proj", 16)].flatMap { module, outputs in
        let name = "base_model.model.model.layers.\(layer).\(module)"
        return [
          (TensorName("\(name).lora_A.weight"), [3, 16]),
          (TensorName("\(name).lora_B.weight"), [outputs, 3]),
        ]
      }
    }
    for model in 1...2 {
      let directory = folder.appendingPathComponent("ad\(model)")
      try save(try floats(shapes, model, dtype), to: directory)
      try FileManager.default.moveItem(
        at: directory.appendingPathComponent("model.safetensors"),
        to: directory.appendingPathComponent("adapter_model.safetensors"))
      try Data("{\"peft_type\": \"LORA\", \"r\": 3, \"lora_alpha\": \(3 * model)}".utf8).write(
        to: directory.appendingPathComponent("adapter_config.json"))
    }
  }

  /// Writes `tied0`, `tied1`, `tied2`, whose input and output embeddings are one tensor: under both
  /// names, but in `tied1` under that of the input embeddings alone.
  static func writeTiedLanguageModels(to folder: URL, dtype: DType) throws {
    let (head, others) = (languageShapes[0], Array(languageShapes.dropFirst()))
    for model in 0...2 {
      // The head comes first, like the input embeddings in their list: it has the same values.
      let tensors =
        try floats(others, model, dtype) + floats(model == 1 ? [] : [head], model, dtype)
      try write(tensors, "tied\(model)", to: folder, configuration: "\"tie_word_embeddings\": true")
    }
  }

  private static func write(
    _ tensors: [Tensor], _ name: String, to folder: URL,
    configuration: String = "\"model_type\": \"tiny\""
  ) throws {
    let directory = folder.appendingPathComponent(name)
    try save(tensors, to: directory)
    try Data("{\(configuration)}".utf8).write(
      to: directory.appendingPathComponent("config.json"))
  }

  /// Writes one checkpoint.
  static func save(_ tensors: [Tensor], to directory: URL) throws {
    let state = try InMemoryStateDict(tensors)
    let writer = try SafetensorsWriter(
      state.manifest, to: directory.path, runID: "test", overwrite: true, fsync: false)
    try writer.create()
    try writer.open()
    for (position, tensor) in tensors.enumerated() where tensor.info.count > 0 {
      try tensor.withBytes {
        try writer.write(Slice(tensor: position, elements: 0..<tensor.info.count), $0)
      }
    }
    try writer.finishWriting()
    try writer.commit()
  }

  private static func tensors(_ model: Int, _ dtype: DType) throws -> [Tensor] {
    try floats(shapes, model, dtype) + [
      try Tensor("num_batches_tracked", dtype: .int64, shape: [], values: [Double(7 + model % 2)])
    ]
  }

  private static func floats(
    _ shapes: [(TensorName, [Int])], _ model: Int, _ dtype: DType
  ) throws -> [Tensor] {
    try shapes.enumerated().map { position, entry in
      let count = entry.1.reduce(1, *)
      let values = (0..<count).map { element in
        let start = noise(UInt64(position), UInt64(element))
        // A third of the entries equals the base exactly.
        guard model > 0, element % 3 != 0 else { return start }
        return start + 0.02 * noise(UInt64(100 * model + position), UInt64(element))
      }
      return try Tensor(entry.0, dtype: dtype, shape: entry.1, values: values)
    }
  }

  /// A number in -1...1 that depends on the two keys only.
  private static func noise(_ a: UInt64, _ b: UInt64) -> Double {
    var x = (a &+ 1) &* 0x9E37_79B9_7F4A_7C15 ^ (b &+ 1) &* 0xBF58_476D_1CE4_E5B9
    x ^= x >> 29
    x = x &* 0x94D0_49BB_1331_11EB
    x ^= x >> 32
    return Double(Int64(bitPattern: x) >> 11) / Double(1 << 52)
  }
}
