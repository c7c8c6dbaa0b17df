import ConfigTree
import FusionCore
import Tensors

/// The order in which a model's tensors are shuffled, which decides what a seed makes of them.
///
/// FusionBench shuffles in the order in which PyTorch registers modules. A safetensors file does not
/// keep it: its tensors are sorted by name.
public enum KeyOrder: String, ConfigChoice {
  /// `module` where the tensors stand in the order of their names, else `checkpoint`.
  case auto
  /// As the tensors stand in the first model.
  case checkpoint
  /// As PyTorch registers modules, as far as names tell: see `ModuleOrder`.
  case module

  /// The positions of all tensors in this order.
  func positions(of manifest: Manifest) -> [Int] {
    switch self {
    case .checkpoint: Array(manifest.tensors.indices)
    case .module: ModuleOrder.positions(of: manifest)
    case .auto:
      isSorted(manifest)
        ? ModuleOrder.positions(of: manifest) : Array(manifest.tensors.indices)
    }
  }

  /// Whether names ascend, but for at most one step in ten: where a data type or a shard ends.
  private func isSorted(_ manifest: Manifest) -> Bool {
    let names = manifest.tensors.map(\.name)
    return zip(names, names.dropFirst()).count { $1 < $0 } * 10 <= names.count
  }
}
