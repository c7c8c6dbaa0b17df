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

  let values: [PickleValue]
  let path: String

  /// The tensors with their names, in the order of the dictionary.
  ///
  /// - Throws: `TorchError`, `CheckpointError.duplicateTensor`.
  func tensors(in root: PickleValue.Reference) throws -> [(name: TensorName, tensor: TorchTensor)] {
    guard case .dictionary(let top) = values[root] else {
      throw TorchError.noStateDict(path: path, keys: [])
    }
    for key in Self.keys {
      for (name, value) in top {
        if text(name) == key, case .dictionary(let inner) = values[value],
          inner.contains(where: { isTensor($0.value) })
        {
          return try named(inner)
        }
      }
    }
    guard top.contains(where: { isTensor($0.value) }) else {
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
      } else if holdsTensors(value) {
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

  private func isTensor(_ reference: PickleValue.Reference) -> Bool {
    if case .tensor = values[reference] { true } else { false }
  }

  /// Whether a container holds a tensor directly.
  private func holdsTensors(_ reference: PickleValue.Reference) -> Bool {
    switch values[reference] {
    case .tuple(let items), .list(let items): items.contains(where: isTensor)
    case .dictionary(let entries): entries.contains { isTensor($0.value) }
    default: false
    }
  }
}
