import ConfigTree
import FusionCore
import Tensors
import Wording

/// What becomes of the tensors of a fine-tuned model in an adapter: decomposed, saved whole, or left
/// out.
struct LoRASelection {
  /// What becomes of a tensor that is not decomposed.
  enum Treatment: String, ConfigChoice {
    case lora
    case save
    case skip
  }

  /// Weights that are decomposed, in the manifest's order.
  private(set) var modules: [LoRAModule] = []
  /// Tensors that are saved whole: position and name in the adapter, in the manifest's order.
  private(set) var saved: [(tensor: Int, name: TensorName)] = []
  /// Modules that are saved whole, in order.
  private(set) var savedModules: [String] = []
  /// Whether biases of decomposed modules are among what is saved.
  private(set) var savesBiases = false

  /// Sorts the tensors.
  ///
  /// - Parameters:
  ///   - isChanged: whether a tensor differs from the base's.
  ///   - choices: the method's parameters.
  init(_ manifest: Manifest, isChanged: (Int) -> Bool, _ choices: LoRAChoices) {
    var targets: Set<String> = []
    // Weights first: what a bias is depends on them.
    for (position, info) in manifest.tensors.enumerated() where isChanged(position) {
      guard let module = Self.module(position, info, choices) else { continue }
      modules.append(module)
      targets.insert(module.name)
    }
    var known: Set<String> = []
    for (position, info) in manifest.tensors.enumerated() where isChanged(position) {
      let name = info.name.string
      let (path, leaf) = Self.split(name)
      if targets.contains(path) {
        guard leaf == "bias", choices.others == .save else { continue }
        // PEFT puts a decomposed module below its adapter.
        saved.append((position, TensorName("base_model.model.\(path).base_layer.bias")))
        savesBiases = true
        continue
      }
      guard choices.isSaved(path, isEmbedding: Self.isEmbedding(info)) else { continue }
      saved.append((position, TensorName("base_model.model.\(name)")))
      if !path.isEmpty, known.insert(path).inserted { savedModules.append(path) }
    }
  }

  private static func module(
    _ position: Int, _ info: TensorInfo, _ choices: LoRAChoices
  ) -> LoRAModule? {
    let (path, leaf) = split(info.name.string)
    guard leaf == "weight", !path.isEmpty, (2...5).contains(info.shape.count), info.count > 0,
      info.dtype.isFloatingPoint
    else { return nil }
    let isEmbedding = isEmbedding(info)
    guard choices.isDecomposed(path, isEmbedding: isEmbedding) else { return nil }
    return LoRAModule(
      name: path, tensor: position, shape: info.shape, isEmbedding: isEmbedding,
      isTransposed: isEmbedding || (choices.fanInFanOut && info.shape.count == 2))
  }

  /// Whether a matrix looks like an embedding by its name.
  private static func isEmbedding(_ info: TensorInfo) -> Bool {
    info.shape.count == 2 && info.dtype.isFloatingPoint && !info.isLinearWeight
      && split(info.name.string).leaf == "weight"
  }

  /// The module and what it calls the tensor.
  static func split(_ name: String) -> (path: String, leaf: String) {
    guard let dot = name.lastIndex(of: ".") else { return ("", name) }
    return (String(name[..<dot]), String(name[name.index(after: dot)...]))
  }
}

/// Which modules are decomposed, saved, left out.
struct LoRAChoices {
  let include: [NamePattern]
  let exclude: [NamePattern]
  let saveModules: [String]
  let embeddings: LoRASelection.Treatment
  let others: LoRASelection.Treatment
  let fanInFanOut: Bool

  /// Refuses names and expressions that no module of a model answers to.
  ///
  /// - Throws: `ParameterError`.
  func validate(for manifest: Manifest) throws {
    let paths = manifest.tensors.map { LoRASelection.split($0.name.string).path }
    for name in saveModules where !paths.contains(where: { Self.names(name, $0) }) {
      let ends = paths.map { LoRASelection.split($0).leaf }
      let near = nearest(to: name, among: paths + ends)
      throw ParameterError.invalid(
        key: "method.save_modules", value: oneLine(name),
        requirement: "no such module" + (near.map { "; did you mean '\($0)'?" } ?? ""))
    }
    for (key, patterns) in [("include", include), ("exclude", exclude)] {
      for pattern in patterns where !paths.contains(where: pattern.occurs) {
        throw ParameterError.invalid(
          key: "method.\(key)", value: oneLine(pattern.text),
          requirement: "occurs in the path of no module")
      }
    }
  }

  /// Whether the weight of a module is decomposed, if it can be.
  func isDecomposed(_ path: String, isEmbedding: Bool) -> Bool {
    isIncluded(path) && !isNamed(path) && (!isEmbedding || embeddings == .lora)
  }

  /// Whether a tensor of a module that is not decomposed is saved.
  func isSaved(_ path: String, isEmbedding: Bool) -> Bool {
    isNamed(path) || (isIncluded(path) && (isEmbedding ? embeddings : others) == .save)
  }

  private func isIncluded(_ path: String) -> Bool {
    (include.isEmpty || include.contains { $0.occurs(in: path) })
      && !exclude.contains { $0.occurs(in: path) }
  }

  private func isNamed(_ path: String) -> Bool {
    saveModules.contains { Self.names($0, path) }
  }

  private static func names(_ name: String, _ path: String) -> Bool {
    path == name || path.hasSuffix(".\(name)")
  }
}
