import ConfigTree
import Tensors

extension BaseModelPool {
  /// Whether a name is special: it begins and ends with an underscore.
  public static func isSpecial(_ name: String) -> Bool {
    name.hasPrefix("_") && name.hasSuffix("_")
  }

  /// All names, special ones included, in the order given.
  public var allModelNames: [String] { Array(table.entries.keys) }
  /// Names of the models to be merged, in the order given.
  public var modelNames: [String] { allModelNames.filter { !Self.isSpecial($0) } }
  /// Number of models to be merged.
  public var count: Int { modelNames.count }
  /// Whether there is a `_pretrained_` model.
  public var hasPretrained: Bool { contains("_pretrained_") }
  /// Whether there is a `_merged_` model.
  public var hasMerged: Bool { contains("_merged_") }
  /// Whether any model is in hand rather than to be loaded.
  public var hasInstanceModels: Bool {
    table.entries.values.contains { if case .model = $0 { true } else { false } }
  }
  /// Whether there is a model called `name`.
  public func contains(_ name: String) -> Bool { table.entries[name] != nil }

  /// The configuration of a model.
  ///
  /// - Throws: `PoolError.unknownModel`; `.notAPath` for a model in hand.
  public func modelConfig(_ name: String) throws -> ConfigNode {
    guard let entry = table.entries[name] else {
      throw PoolError.unknownModel(name, available: allModelNames)
    }
    guard case .config(let config) = entry else { throw PoolError.notAPath(name) }
    return config
  }

  /// The path of a model: the entry itself, or the `pretrained_model_name_or_path`, `checkpoint`,
  /// `path` or `model_name` of a dictionary.
  ///
  /// - Throws: `PoolError.unknownModel` and `.notAPath`.
  public func modelPath(_ name: String) throws -> String {
    let config = try modelConfig(name)
    let keys = ["pretrained_model_name_or_path", "checkpoint", "path", "model_name"]
    for node in [config] + keys.compactMap({ config[$0] }) {
      if case .string(let path) = node.value { return path }
    }
    throw PoolError.notAPath(name)
  }
}
