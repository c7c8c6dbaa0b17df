import Tensors

/// A model that no longer is what its pool's `config.json` describes: one of more layers, say.
public protocol ConfiguredStateDict: StateDict {
  /// The whole `config.json` to be saved with it; nil where that of the pool still holds.
  var configuration: JSONValue? { get }
}
