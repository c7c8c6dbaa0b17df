import FusionBench
import FusionTestSupport

/// Pools of models that methods can be tried on.
enum SmallModels {
  enum Kind {
    /// One linear layer.
    case golden
    /// A Llama-like model of two layers.
    case language
    /// The layers of a module list.
    case moduleList
    /// LoRA adapters of a Llama-like model.
    case adapters
  }

  /// A pool of `models` models a, b, c …, and the pre-trained one if wanted.
  static func pool(_ kind: Kind, models: Int, pretrained: Bool) throws -> BaseModelPool {
    let names =
      (pretrained ? [(0, "_pretrained_")] : []) + (0..<models).map { ($0 + 1, letter($0)) }
    return try BaseModelPool(names.map { ($1, try model(kind, $0)) })
  }

  private static func letter(_ index: Int) -> String {
    String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index)))
  }

  private static func model(_ kind: Kind, _ number: Int) throws -> any StateDict {
    switch kind {
    case .golden: try GoldenModel.stateDict(number)
    case .language: try model(languageShapes, number)
    case .moduleList: try model([("0.weight", [4, 4]), ("1.weight", [4, 4])], number)
    case .adapters:
      number == 0
        ? try model(languageShapes, 0) : try AdaptedModelSample(model(adapterShapes, number))
    }
  }

  private static let adapterShapes: [(String, [Int])] = (0..<2).flatMap { layer in
    let name = "base_model.model.model.layers.\(layer).mlp.up_proj"
    return [("\(name).lora_A.weight", [2, 4]), ("\(name).lora_B.weight", [8, 2])]
  }

  private static let languageShapes: [(String, [Int])] = {
    var shapes: [(String, [Int])] = [("model.embed_tokens.weight", [10, 4])]
    for layer in 0..<2 {
      let name = "model.layers.\(layer)."
      shapes += ["q", "k", "v", "o"].map { ("\(name)self_attn.\($0)_proj.weight", [4, 4]) }
      shapes += [
        ("\(name)mlp.gate_proj.weight", [8, 4]), ("\(name)mlp.up_proj.weight", [8, 4]),
        ("\(name)mlp.down_proj.weight", [4, 8]), ("\(name)input_layernorm.weight", [4]),
        ("\(name)post_attention_layernorm.weight", [4]),
      ]
    }
    return shapes + [("model.norm.weight", [4]), ("lm_head.weight", [10, 4])]
  }()

  /// Elements drawn for each model anew.
  private static func model(
    _ shapes: [(String, [Int])], _ number: Int
  ) throws -> any StateDict {
    var numbers = SampleNumbers(seed: UInt64(number))
    return try InMemoryStateDict(
      shapes.map { name, shape in
        let values = (0..<shape.reduce(1, *)).map { _ in
          Double.random(in: -1...1, using: &numbers)
        }
        return try Tensor(TensorName(name), shape: shape, values: values)
      }, label: "model \(number)")
  }
}

/// A model that says what its adapter adds, and has no values of its own.
private struct AdaptedModelSample: AdaptedStateDict {
  let adapter: LowRankAdapter?
  let manifest: Manifest
  let label = "adapter"

  /// A model with an adapter whose factors stand in pairs.
  init(_ factors: any StateDict) throws {
    manifest = factors.manifest
    let prefix = "base_model.model.".count
    adapter = LowRankAdapter(
      factors: factors,
      updates: stride(from: 0, to: factors.manifest.tensors.count, by: 2).map { position in
        let name = factors.manifest.tensors[position].name.string
        let module = name.dropFirst(prefix).dropLast(".lora_A.weight".count)
        return LowRankAdapter.Update(
          weight: TensorName("\(module).weight"), a: position, b: position + 1,
          isTransposed: false, scale: 1)
      }, otherChanges: [])
  }

  func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    try adapter?.factors.read(slice, into: destination)
  }
}
