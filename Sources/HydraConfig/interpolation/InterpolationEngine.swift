import ConfigTree
import OrderedCollections

/// Resolves interpolations inside a tree of nodes. One engine serves one composition: it caches
/// `now` and parsed texts, and bounds the total work.
final class InterpolationEngine {
  let context: ResolverContext
  let limits: ConfigLimits
  var parsed: [String: InterpolatedText] = [:]
  private var producedNodes = 0
  var resolverDepth = 0
  /// How many interpolations were looked up.
  var evaluations = 0
  /// What resolvers want the user to know.
  var warnings: [String] = []
  /// The tree that `${hydra:…}` reads.
  private(set) lazy var compositionTree = context.composition.map { TreeNode($0) }

  init(context: ResolverContext, limits: ConfigLimits = ConfigLimits()) {
    self.context = context
    self.limits = limits
  }

  /// The nodes whose resolution is under way.
  typealias Memo = Set<ObjectIdentifier>
}

// MARK: - Resolving a whole tree

extension InterpolationEngine {
  /// Replaces every interpolation below a node by its value. An interpolation that leads to `???`
  /// becomes `???`.
  func resolveAll(_ node: TreeNode) throws(InterpolationFailure) {
    var active: Memo = []
    try resolveChildren(of: node, active: &active)
  }

  private func resolveChildren(
    of node: TreeNode, active: inout Memo
  ) throws(InterpolationFailure) {
    guard node.isContainer else { return }
    guard active.insert(ObjectIdentifier(node)).inserted, active.count <= 4 * limits.depth else {
      throw InterpolationFailure(.cycle, at: node)
    }
    defer { active.remove(ObjectIdentifier(node)) }
    switch node.content {
    case .scalar: break
    case .list(let items):
      for (index, item) in items.enumerated() {
        try resolveChild(item, step: .index(index), of: node, active: &active)
      }
    case .dictionary(let entries):
      for (key, child) in entries {
        try resolveChild(child, step: .key(key), of: node, active: &active)
      }
    }
  }

  private func resolveChild(
    _ child: TreeNode, step: TreeNode.Step, of parent: TreeNode, active: inout Memo
  ) throws(InterpolationFailure) {
    try count(child)
    guard child.interpolation != nil else {
      return try resolveChildren(of: child, active: &active)
    }
    let resolved: TreeNode
    do {
      resolved = try dereference(child)
    } catch {
      guard case .missing = error.reason else { throw error }
      child.content = .scalar(.missing)
      return
    }
    if resolved.isContainer {
      guard !resolved.isTransient else {
        throw InterpolationFailure(.unsupportedPrimitive(resolved.typeName), at: child)
      }
      try resolveChildren(of: resolved, active: &active)
      let copy = resolved.copy()
      copy.origin = child.origin
      try count(copy, deep: true)
      parent.replace(step, with: copy)
    } else {
      child.content = .scalar(resolved.scalar ?? .null)
      try validateAssigned(child)
    }
  }

  /// A resolved text that contains `${` again has to be well formed, as it may be read once more.
  private func validateAssigned(_ node: TreeNode) throws(InterpolationFailure) {
    guard case .scalar(.string(let text)) = node.content else { return }
    node.content = .scalar(ConfigValue(text: text))
    if let text = node.interpolation { _ = try parse(text, at: node) }
  }

  private func count(_ node: TreeNode, deep: Bool = false) throws(InterpolationFailure) {
    producedNodes += 1
    guard producedNodes <= limits.resolvedNodes else {
      throw InterpolationFailure(.tooLarge, at: node)
    }
    guard deep else { return }
    for item in node.items { try count(item, deep: true) }
    for child in node.entries.values { try count(child, deep: true) }
  }
}
