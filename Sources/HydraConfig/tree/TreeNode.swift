import ConfigTree
import OrderedCollections

/// A node of a tree under construction. Unlike ``ConfigNode`` it has identity and knows its parent,
/// which relative interpolations and cycle detection need.
final class TreeNode {
  enum Content {
    /// Anything but a list or a dictionary.
    case scalar(ConfigValue)
    case list([TreeNode])
    case dictionary(OrderedDictionary<ConfigKey, TreeNode>)
  }

  enum Step: Equatable {
    case key(ConfigKey)
    case index(Int)
  }

  var content: Content
  var origin: ConfigOrigin?
  private(set) weak var parent: TreeNode?
  private(set) var step: Step?
  /// Whether the node is a plain list or dictionary that a resolver made: such a value has no place in
  /// the tree.
  var isTransient = false

  init(_ content: Content, origin: ConfigOrigin? = nil) {
    self.content = content
    self.origin = origin
    adoptChildren()
  }

  convenience init(_ node: ConfigNode) {
    switch node.value {
    case .list(let items):
      self.init(.list(items.map { TreeNode($0) }), origin: node.origin)
    case .dictionary(let entries):
      self.init(.dictionary(entries.mapValues { TreeNode($0) }), origin: node.origin)
    default:
      self.init(.scalar(node.value), origin: node.origin)
    }
  }

  convenience init() {
    self.init(.dictionary([:]))
  }

  private func adoptChildren() {
    switch content {
    case .scalar: break
    case .list(let items):
      for (index, item) in items.enumerated() { item.attach(to: self, step: .index(index)) }
    case .dictionary(let entries):
      for (key, child) in entries { child.attach(to: self, step: .key(key)) }
    }
  }

  /// Makes a node a child without storing it, so that its relative interpolations have a place.
  func attach(to parent: TreeNode?, step: Step?) {
    self.parent = parent
    self.step = step
  }
}

// MARK: - Reading

extension TreeNode {
  var isDictionary: Bool {
    if case .dictionary = content { true } else { false }
  }

  var isList: Bool {
    if case .list = content { true } else { false }
  }

  var typeName: String { isList ? "list" : isDictionary ? "dict" : "scalar" }

  var isContainer: Bool { isDictionary || isList }

  var entries: OrderedDictionary<ConfigKey, TreeNode> {
    if case .dictionary(let entries) = content { entries } else { [:] }
  }

  var items: [TreeNode] {
    if case .list(let items) = content { items } else { [] }
  }

  var scalar: ConfigValue? {
    if case .scalar(let value) = content { value } else { nil }
  }

  var isMissing: Bool { scalar == .missing }

  var isNull: Bool { scalar == .null }

  /// The text of an unresolved interpolation.
  var interpolation: String? {
    if case .scalar(.interpolation(let text)) = content { text } else { nil }
  }

  var root: TreeNode {
    var current = self
    while let parent = current.parent { current = parent }
    return current
  }

  /// The path of the node from its root: `a.b[0].c`.
  var fullKey: String {
    var steps: [Step] = []
    var current: TreeNode? = self
    while let node = current, let step = node.step {
      steps.append(step)
      current = node.parent
    }
    return Self.path(steps.reversed())
  }

  /// The path of a child, whether it exists or not.
  func fullKey(of step: Step) -> String {
    let own = fullKey
    switch step {
    case .index(let index): return "\(own)[\(index)]"
    case .key(let key): return own.isEmpty ? key.description : "\(own).\(key)"
    }
  }

  private static func path(_ steps: [Step]) -> String {
    var result = ""
    for step in steps {
      switch step {
      case .index(let index): result += "[\(index)]"
      case .key(let key): result += result.isEmpty ? key.description : ".\(key)"
      }
    }
    return result
  }

  /// The value as an immutable tree.
  var configNode: ConfigNode {
    switch content {
    case .scalar(let value): ConfigNode(value, origin: origin)
    case .list(let items): ConfigNode(.list(items.map(\.configNode)), origin: origin)
    case .dictionary(let entries):
      ConfigNode(.dictionary(entries.mapValues(\.configNode)), origin: origin)
    }
  }

  /// The value of a resolved tree, in which a text with `${` is only text.
  var resolvedConfigNode: ConfigNode {
    switch content {
    case .scalar(.interpolation(let text)): ConfigNode(.string(text), origin: origin)
    case .scalar(let value): ConfigNode(value, origin: origin)
    case .list(let items): ConfigNode(.list(items.map(\.resolvedConfigNode)), origin: origin)
    case .dictionary(let entries):
      ConfigNode(.dictionary(entries.mapValues(\.resolvedConfigNode)), origin: origin)
    }
  }

  /// A copy of the node and everything below, without a parent.
  func copy() -> TreeNode {
    switch content {
    case .scalar(let value): TreeNode(.scalar(value), origin: origin)
    case .list(let items): TreeNode(.list(items.map { $0.copy() }), origin: origin)
    case .dictionary(let entries):
      TreeNode(.dictionary(entries.mapValues { $0.copy() }), origin: origin)
    }
  }
}

// MARK: - Writing

extension TreeNode {
  func set(_ key: ConfigKey, to child: TreeNode) {
    guard case .dictionary(var entries) = content else { return }
    content = .scalar(.null)
    child.attach(to: self, step: .key(key))
    entries[key] = child
    content = .dictionary(entries)
  }

  func set(_ index: Int, to child: TreeNode) {
    guard case .list(var items) = content, items.indices.contains(index) else { return }
    content = .scalar(.null)
    child.attach(to: self, step: .index(index))
    items[index] = child
    content = .list(items)
  }

  func append(_ child: TreeNode) {
    guard case .list(var items) = content else { return }
    content = .scalar(.null)
    child.attach(to: self, step: .index(items.count))
    items.append(child)
    content = .list(items)
  }

  func remove(_ key: ConfigKey) {
    guard case .dictionary(var entries) = content else { return }
    entries.removeValue(forKey: key)
    content = .dictionary(entries)
  }

  func replace(_ step: Step, with child: TreeNode) {
    switch step {
    case .key(let key): set(key, to: child)
    case .index(let index): set(index, to: child)
    }
  }

  /// Takes over the content of another node.
  func assign(_ other: TreeNode) {
    content = other.content
    origin = other.origin
    adoptChildren()
  }
}
