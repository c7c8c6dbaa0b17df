import ConfigTree
import FusionCore
import Tensors

/// What a model is made of, which decides what moves between models as one piece.
public enum ModelKind: String, ConfigChoice {
  /// What the first model's entry in the pool says, else a module list where all names begin with
  /// the numbers 0…n-1, else a state dict.
  case auto
  /// `torch.nn.ModuleList`: layers of one number move together.
  case moduleList = "module_list"
  /// `torch.nn.ModuleDict`: tensors of one top-level name move together.
  case moduleDict = "module_dict"
  /// Any other module: every tensor moves by itself.
  case stateDict = "state_dict"

  /// The kind of a pool's models: `auto` is found out.
  ///
  /// - Parameters:
  ///   - entry: the configuration of the first model, whose `_target_` may name a class of PyTorch.
  ///   - model: the first model.
  func resolved(entry: ConfigNode?, model: any StateDict) -> ModelKind {
    guard self == .auto else { return self }
    switch entry?["_target_"]?.string?.split(separator: ".").last {
    case "ModuleList": return .moduleList
    case "ModuleDict": return .moduleDict
    default: return isList(model.manifest) ? .moduleList : .stateDict
    }
  }

  private func isList(_ manifest: Manifest) -> Bool {
    let indices = manifest.tensors.map {
      LayerTable.index(String($0.name.string.prefix { $0 != "." }))
    }
    return !indices.isEmpty && !indices.contains(nil)
      && Set(indices.compactMap { $0 }) == Set(0...(indices.compactMap { $0 }.max() ?? 0))
  }
}
