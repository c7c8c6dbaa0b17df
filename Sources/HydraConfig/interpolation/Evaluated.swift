import ConfigTree

/// The result of an interpolation: a node of the tree, or a computed value.
enum Evaluated {
  case node(TreeNode)
  case value(ConfigValue)

  var configNode: ConfigNode {
    switch self {
    case .node(let node): node.configNode
    case .value(let value): ConfigNode(value)
    }
  }

  /// The value, if it is neither a list nor a dictionary.
  var scalar: ConfigValue? {
    switch self {
    case .node(let node): node.scalar
    case .value(let value): value.isContainer ? nil : value
    }
  }

  var pythonText: String { configNode.pythonText }

  /// The Python type of the value, for messages.
  var pythonTypeName: String {
    switch configNode.value {
    case .null: "NoneType"
    case .bool: "bool"
    case .int, .bigInteger: "int"
    case .float: "float"
    case .string, .interpolation, .missing: "str"
    case .list: "list"
    case .dictionary: "dict"
    }
  }

  /// The result as a node; a computed one takes the place of the node that asked for it, so that
  /// relative interpolations inside it work.
  func asNode(at place: TreeNode) -> TreeNode {
    switch self {
    case .node(let node): return node
    case .value(let value):
      let node = TreeNode(ConfigNode(value, origin: place.origin))
      if node.isContainer { node.isTransient = true }
      node.attach(to: place.parent, step: place.step)
      return node
    }
  }
}
