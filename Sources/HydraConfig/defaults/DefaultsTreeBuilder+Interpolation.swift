import ConfigTree
import OrderedCollections

// MARK: - Interpolated choices

extension DefaultsTreeBuilder {
  /// Expands the items whose option is interpolated, now that the other groups are known.
  mutating func expandInterpolated(
    _ children: inout [DefaultsTree.Child], of tree: DefaultsTree
  ) throws(ConfigError) {
    for (index, child) in children.enumerated() {
      guard case .leaf(let item) = child, let text = item.interpolation else { continue }
      if item.kind == .group, text.hasPrefix("${defaults."),
        text.dropFirst(11).first?.isNumber == true
      {
        throw .deprecatedInterpolation(key: item.overrideKey, value: text)
      }
      item.setResolved(try resolve(text))
      let subtree = DefaultsTree(item, parent: tree)
      try expand(subtree, isInterpolated: true)
      if subtree.children != nil { children[index] = .tree(subtree) }
    }
  }

  /// Resolves an option from the groups that are known by now.
  private func resolve(_ text: String) throws(ConfigError) -> String {
    let root = TreeNode()
    for (key, choice) in overrides.choices {
      let value: ConfigValue = choice.map { ConfigValue(text: $0) } ?? .null
      root.set(.string(key), to: TreeNode(.scalar(value)))
    }
    let node = TreeNode(.scalar(.interpolation(text)))
    root.set("_dummy_", to: node)
    let engine = InterpolationEngine(context: .system())
    if let resolved = try? engine.dereference(node), case .string(let option)? = resolved.scalar {
      return option
    }
    throw .unresolvedOption(text: text, keys: Array(overrides.choices.keys))
  }
}

extension LoadedConfig {
  /// Whether the body has any value.
  var hasContent: Bool {
    body.dictionary?.values.contains { $0.value != .missing } ?? false
  }
}

extension DefaultItem {
  /// The option as messages show it.
  var choiceText: String {
    switch choice {
    case .none: kind == .config ? name ?? "None" : "None"
    case .name(let name): name
    case .list(let names):
      "[" + names.map { PythonText.literal($0) }.joined(separator: ", ") + "]"
    }
  }
}
