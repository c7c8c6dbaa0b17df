import ConfigTree
import Tensors

/// One model of a pool: how to load it, or the model itself.
public enum ModelEntry {
  /// A path, or a dictionary that says how to load.
  case config(ConfigNode)
  /// A model in hand.
  case model(any StateDict)
}
