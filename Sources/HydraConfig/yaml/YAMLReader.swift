import ConfigTree
import OrderedCollections
import Yams

/// Reads YAML text the way OmegaConf does: YAML 1.1 scalars with its own idea of floats, dates as text,
/// merge keys, keys of several types.
struct YAMLReader {
  let path: String
  let limits: ConfigLimits
  private var nodeCount = 0

  init(path: String, limits: ConfigLimits = ConfigLimits()) {
    self.path = path
    self.limits = limits
  }

  /// Reads one document. An empty document is an empty dictionary, a lone text a dictionary with that
  /// key.
  mutating func read(_ text: String) throws(ConfigError) -> ConfigNode {
    try YAMLPrecheck.check(text, path: path, limits: limits)
    let root: Node?
    do {
      root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
    } catch let error as YamlError {
      throw YAMLErrorTranslator(path: path, text: text).translate(error)
    } catch {
      throw .yaml(problem: "\(error)", position: ConfigOrigin(source: path))
    }
    guard let root else { return ConfigNode(.dictionary([:]), origin: origin(nil)) }
    let node = try convert(root, depth: 0)
    switch node.value {
    case .dictionary, .list: return node
    case .null: return ConfigNode(.dictionary([:]), origin: node.origin)
    case .string(let text), .interpolation(let text):
      return ConfigNode(
        .dictionary([.string(text): ConfigNode(.null, origin: node.origin)]), origin: node.origin)
    case .missing:
      return ConfigNode(
        .dictionary(["???": ConfigNode(.null, origin: node.origin)]), origin: node.origin)
    default:
      throw .yaml(
        problem: "Invalid loaded object type: \(node.value.typeName)", position: origin(root.mark))
    }
  }

  private func origin(_ mark: Mark?) -> ConfigOrigin {
    ConfigOrigin(source: path, line: mark?.line ?? 1, column: mark?.column ?? 1)
  }
}

// MARK: - Nodes

extension YAMLReader {
  private mutating func convert(_ node: Node, depth: Int) throws(ConfigError) -> ConfigNode {
    let position = origin(node.mark)
    nodeCount += 1
    guard nodeCount <= limits.nodes else {
      throw .yamlLimit(what: "values", limit: limits.nodes, position: position)
    }
    guard depth <= limits.depth else {
      throw .yamlLimit(what: "nesting levels", limit: limits.depth, position: position)
    }
    switch node {
    case .scalar(let scalar):
      let value = try YAMLScalarReader.value(
        scalar.string, tag: scalar.tag.rawValue, isPlain: scalar.style == .plain, at: position)
      if case .interpolation(let text) = value {
        try InterpolationParser.validate(text, key: nil, origin: position)
      }
      return ConfigNode(value, origin: position)
    case .sequence(let sequence):
      try expect(sequence.tag.rawValue, "seq", at: position)
      var items: [ConfigNode] = []
      items.reserveCapacity(sequence.count)
      for item in sequence { items.append(try convert(item, depth: depth + 1)) }
      return ConfigNode(.list(items), origin: position)
    case .mapping(let mapping):
      try expect(mapping.tag.rawValue, "map", at: position)
      return ConfigNode(.dictionary(try entries(of: mapping, depth: depth)), origin: position)
    case .alias:
      throw .yaml(problem: "found undefined alias", position: position)
    }
  }

  private func expect(_ tag: String, _ kind: String, at position: ConfigOrigin) throws(ConfigError)
  {
    if tag.isEmpty || tag == "!" || tag == "tag:yaml.org,2002:\(kind)" { return }
    throw .yaml(
      problem: "could not determine a constructor for the tag '\(tag)'", position: position)
  }

  private mutating func entries(
    of mapping: Node.Mapping, depth: Int
  ) throws(ConfigError) -> OrderedDictionary<ConfigKey, ConfigNode> {
    var own = OrderedDictionary<ConfigKey, ConfigNode>(minimumCapacity: mapping.count)
    var merged = OrderedDictionary<ConfigKey, ConfigNode>()
    for (keyNode, valueNode) in mapping {
      if case .scalar(let scalar) = keyNode, scalar.style == .plain, scalar.string == "<<",
        ["", "tag:yaml.org,2002:merge", "tag:yaml.org,2002:str"].contains(scalar.tag.rawValue)
      {
        for (key, value) in try mergedEntries(valueNode, depth: depth) { merged[key] = value }
        continue
      }
      let key = try key(keyNode)
      let value = try convert(valueNode, depth: depth + 1)
      own.setLikePython(key, to: value)
    }
    guard !merged.isEmpty else { return own }
    for (key, value) in own { merged[key] = value }
    return merged
  }

  /// The entries that a `<<` brings in: of one mapping, or of a list of them, where the first wins.
  private mutating func mergedEntries(
    _ node: Node, depth: Int
  ) throws(ConfigError) -> OrderedDictionary<ConfigKey, ConfigNode> {
    switch node {
    case .mapping(let mapping):
      return try entries(of: mapping, depth: depth + 1)
    case .sequence(let sequence):
      var result = OrderedDictionary<ConfigKey, ConfigNode>()
      for item in sequence.reversed() {
        guard case .mapping(let mapping) = item else {
          throw .yaml(
            problem: "expected a mapping for merging, but found a scalar or sequence",
            position: origin(item.mark))
        }
        for (key, value) in try entries(of: mapping, depth: depth + 1) { result[key] = value }
      }
      return result
    default:
      throw .yaml(
        problem: "expected a mapping or list of mappings for merging, but found scalar",
        position: origin(node.mark))
    }
  }

  private func key(_ node: Node) throws(ConfigError) -> ConfigKey {
    let position = origin(node.mark)
    guard case .scalar(let scalar) = node else {
      throw .yaml(problem: "found unhashable key", position: position)
    }
    // Looking for duplicates has already marked every untagged key as a text.
    let isUntagged = scalar.style == .plain && scalar.tag.rawValue == "tag:yaml.org,2002:str"
    let value = try YAMLScalarReader.value(
      scalar.string, tag: isUntagged ? "" : scalar.tag.rawValue,
      isPlain: scalar.style == .plain, at: position)
    switch value {
    case .bool(let flag): return .bool(flag)
    case .int(let number): return .int(number)
    case .float(let number): return .float(number)
    case .string, .interpolation, .missing: return .string(scalar.string)
    default: throw .unsupportedKey(value == .null ? "NoneType" : value.typeName, position: position)
    }
  }
}
