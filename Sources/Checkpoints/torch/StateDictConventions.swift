import Tensors

/// Finds the state dict in what a pickle built, as those who load checkpoints with PyTorch do.
///
/// It is the dictionary under `state_dict`, `model_state_dict` or `model` at the top level, in this
/// order, if that holds tensors, else the top level itself. Entries that are no tensors (an epoch, a
/// version) are passed over. Where all names begin with `module.` (data parallel training) or
/// `_orig_mod.` (compiled modules), that prefix is dropped.
struct StateDictConventions {
  static let keys = ["state_dict", "model_state_dict", "model"]
  private static let prefixes = ["module.", "_orig_mod."]

  private let values: [PickleValue]
  private let path: String
  /// For every value whether it is a container with a tensor in it. Each is looked through once,
  /// however often it stands in others.
  private let holdsTensors: [Bool]

  /// Prepares to look.
  ///
  /// - Parameter path: the file, for messages.
  init(values: [PickleValue], path: String) {
    func isTensor(_ reference: PickleValue.Reference) -> Bool {
      if case .tensor = values[reference] { true } else { false }
    }
    self.values = values
    self.path = path
    holdsTensors = values.map { value in
      switch value {
      case .tuple(let items), .list(let items): items.contains(where: isTensor)
      case .dictionary(let entries): entries.contains { isTensor($0.value) }
      default: false
      }
    }
  }

  /// The tensors with their names, in the order of the dictionary.
  ///
  /// - Throws: `TorchError`, `CheckpointError.duplicateTensor`.
  func tensors(in root: PickleValue.Reference) throws -> [(name: TensorName, tensor: TorchTensor)] {
    guard case .dictionary(let top) = values[root] else {
      throw TorchError.noStateDict(path: path, keys: [])
    }
    for key in Self.keys {
      for (name, value) in top {
        if holdsTensors[value], text(name) == key, case .dictionary(let inner) = values[value] {
          return try named(inner)
        }
      }
    }
    guard holdsTensors[root] else {
      throw TorchError.noStateDict(
        path: path, keys: Array(top.lazy.compactMap { text($0.key) }.prefix(5)))
    }
    return try named(top)
  }

  private func named(
    _ entries: [(key: PickleValue.Reference, value: PickleValue.Reference)]
  ) throws -> [(name: TensorName, tensor: TorchTensor)] {
    var found: [(name: String, tensor: TorchTensor)] = []
    for (key, value) in entries {
      if case .tensor(let tensor) = values[value] {
        guard let name = text(key) else { throw TorchError.keyNotText(path: path) }
        found.append((name, tensor))
      } else if holdsTensors[value] {
        throw TorchError.nested(path: path, tensor: TensorName(text(key) ?? "?"))
      }
    }
    func isOnAll(_ prefix: String) -> Bool {
      !found.isEmpty && found.allSatisfy { $0.name.hasPrefix(prefix) && $0.name != prefix }
    }
    while let prefix = Self.prefixes.first(where: isOnAll) {
      found = found.map { (String($0.name.dropFirst(prefix.count)), $0.tensor) }
    }
    return found.map { (TensorName($0.name), $0.tensor) }
  }

  private func text(_ reference: PickleValue.Reference) -> String? {
    if case .text(let text) = values[reference] { text } else { nil }
  }
}
