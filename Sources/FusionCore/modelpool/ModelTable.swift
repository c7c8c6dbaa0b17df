import ConfigTree
import OrderedCollections
import Tensors

/// Names and entries of a pool's models, in the order given.
public struct ModelTable: ConfigRepresentable {
  /// The models.
  public internal(set) var entries: OrderedDictionary<String, ModelEntry> = [:]

  /// No models.
  public init() {}

  /// Reads a dictionary of names, or a list whose models are then called "0", "1" and so on.
  public static func decode(_ node: ConfigNode, key: String) throws -> ModelTable {
    var table = ModelTable()
    switch node.value {
    case .null: break
    case .list(let nodes):
      for (position, node) in nodes.enumerated() { try table.add("\(position)", .config(node)) }
    case .dictionary(let nodes):
      for (name, node) in nodes {
        if case .missing = node.value {
          throw ParameterError.missingValue(key: "\(key).\(name)", node.origin)
        }
        try table.add(name.description, .config(node))
      }
    default:
      throw ParameterError.wrongType(
        key: key, expected: "a dictionary of names and paths, or a list of paths", node)
    }
    return table
  }

  /// The dictionary of names; a model in hand is written as its label.
  public func encoded() -> ConfigNode {
    var node = ConfigNode(.dictionary([:]))
    for (name, entry) in entries {
      switch entry {
      case .config(let config): node[name] = config
      case .model(let model): node[name] = ConfigNode(.string(model.label))
      }
    }
    return node
  }

  /// Adds a model.
  ///
  /// - Throws: `PoolError.invalidName` and `.duplicateModel`.
  mutating func add(_ name: String, _ entry: ModelEntry) throws {
    guard !name.isEmpty,
      !name.unicodeScalars.contains(where: { "\n\r\t\0".unicodeScalars.contains($0) })
    else { throw PoolError.invalidName(name) }
    guard entries[name] == nil else { throw PoolError.duplicateModel(name) }
    entries[name] = entry
  }
}
