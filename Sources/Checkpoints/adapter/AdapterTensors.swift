import Tensors

/// The tensors of an adapter, sorted by what they do.
struct AdapterTensors {
  /// The two factors of one module, by their positions in the adapter's manifest.
  struct Factors {
    var a: Int?
    var b: Int?
    var isEmbedding = false
  }

  /// Factors by module, in the order of the file.
  private(set) var factors: [(module: String, factors: Factors)] = []
  /// What is added to the bias of a module, times the scale.
  private(set) var biases: [(module: String, position: Int)] = []
  /// Tensors that take the place of the base's, by the base's name.
  private(set) var replacements: [(name: TensorName, position: Int)] = []

  private static let prefix = "base_model.model."
  private static let endings = [
    (".lora_A.weight", isA: true, isEmbedding: false),
    (".lora_B.weight", isA: false, isEmbedding: false),
    (".lora_embedding_A", isA: true, isEmbedding: true),
    (".lora_embedding_B", isA: false, isEmbedding: true),
  ]

  private var modules: [TensorName: Int] = [:]
  private var replaced: [TensorName: Int] = [:]

  /// Sorts the tensors by their names.
  ///
  /// - Throws: `AdapterError.unknownTensor` for a name that LoRA does not have.
  init(_ manifest: Manifest, path: String) throws {
    for (position, tensor) in manifest.tensors.enumerated() {
      let full = tensor.name.string
      let name = full.hasPrefix(Self.prefix) ? String(full.dropFirst(Self.prefix.count)) : full
      try add(name, at: position, tensor, path: path)
    }
  }

  /// The factors of a module.
  func factors(of module: String) -> Factors? {
    modules[TensorName(module)].map { factors[$0].factors }
  }

  private mutating func add(
    _ name: String, at position: Int, _ tensor: TensorInfo, path: String
  ) throws {
    for (ending, isA, isEmbedding) in Self.endings where name.hasSuffix(ending) {
      let module = String(name.dropLast(ending.count))
      let index = modules[TensorName(module)] ?? factors.count
      if index == factors.count { factors.append((module, Factors())) }
      modules[TensorName(module)] = index
      let known = factors[index].factors
      guard (isA ? known.a : known.b) == nil,
        known.isEmbedding == isEmbedding || (known.a == nil && known.b == nil)
      else { throw AdapterError.unknownTensor(path: path, tensor: tensor.name) }
      if isA { factors[index].factors.a = position } else { factors[index].factors.b = position }
      factors[index].factors.isEmbedding = isEmbedding
      return
    }
    if name.hasSuffix(".lora_B.bias") {
      return biases.append((String(name.dropLast(".lora_B.bias".count)), position))
    }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    // PEFT keeps what was there before beside what replaces it.
    if parts.contains("original_module") { return }
    guard !parts.contains(where: { $0.hasPrefix("lora_") || $0 == "token_adapter" }) else {
      throw AdapterError.unknownTensor(path: path, tensor: tensor.name)
    }
    let plain = TensorName(
      parts.filter { $0 != "modules_to_save" && $0 != "base_layer" }.joined(separator: "."))
    if let index = replaced[plain] {
      if parts.contains("modules_to_save") { replacements[index].position = position }
    } else {
      replaced[plain] = replacements.count
      replacements.append((plain, position))
    }
  }
}
