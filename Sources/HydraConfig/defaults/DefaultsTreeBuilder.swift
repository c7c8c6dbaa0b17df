import ConfigTree
import OrderedCollections

/// Expands defaults lists into the tree of all files that make up a configuration.
struct DefaultsTreeBuilder {
  let repository: ConfigRepository
  /// Whether groups that are not chosen are passed over, as at the head of a sweep.
  let skipsMissing: Bool
  var overrides: DefaultsOverrides
  private(set) var warnings: [String] = []
  private var depth = 0
  private static let maximumDepth = 64

  init(repository: ConfigRepository, overrides: DefaultsOverrides, skipsMissing: Bool) {
    self.repository = repository
    self.overrides = overrides
    self.skipsMissing = skipsMissing
  }

  /// Builds the tree of Hydra's own configuration and the primary one.
  mutating func build(primary name: String?) throws(ConfigError) -> DefaultsTree {
    let root = DefaultsTree(DefaultItem(), parent: nil)
    var entries = [DefaultEntry(target: .config("hydra/config"))]
    if let name { entries.append(DefaultEntry(target: .config(name), isPrimary: true)) }
    var children: [DefaultsTree.Child] = []
    // Last item first, so that choices of the application are known to Hydra's own groups.
    for entry in entries.reversed() {
      let item = DefaultItem(entry)
      item.place(inGroup: "", package: "")
      let tree = DefaultsTree(item, parent: root)
      try expand(tree, isInterpolated: false)
      children.append(tree.children == nil ? .leaf(item) : .tree(tree))
    }
    root.children = children.reversed()
    return root
  }

  /// Throws if a group appears twice in the flattened tree.
  static func checkUnique(_ configs: [ComposedConfig]) throws(ConfigError) {
    var seen: Set<String> = []
    for config in configs where !config.isSelf {
      guard let key = config.overrideKey else { continue }
      guard seen.insert(key).inserted else { throw .appearsTwice(key: key) }
    }
  }
}

// MARK: - Expansion

extension DefaultsTreeBuilder {
  mutating func expand(
    _ tree: DefaultsTree, isInterpolated: Bool
  ) throws(ConfigError) {
    let item = tree.item
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else {
      throw .defaultsItem(
        problem: "the defaults lists refer to each other in a circle", config: item.configPath)
    }
    if item.isPrimary, !repository.hasConfig(item.configPath) {
      throw .primaryNotFound(name: item.configPath, searchPath: repository.searchPath)
    }
    let loaded = item.isMissing ? nil : try repository.load(item.configPath)
    if let loaded { item.setHeader(loaded.package) }
    if overrides.isDeleted(item) { return overrides.delete(item) }
    try overrides.note(item)
    if item.name == nil { return }
    if try isSkipped(item) { return }
    guard let loaded else {
      guard !item.isOptional else {
        item.isDeleted = true
        return
      }
      throw notFound(tree)
    }
    try expandList(of: tree, loaded, isInterpolated: isInterpolated)
  }

  private func isSkipped(_ item: DefaultItem) throws(ConfigError) -> Bool {
    guard item.configPath.hasSuffix("???") else { return false }
    if skipsMissing { return true }
    guard item.kind == .group else { throw .missingConfigDefault(item.configPath) }
    throw .groupNotChosen(key: item.overrideKey, options: repository.options(of: item.groupPath))
  }

  private func notFound(_ tree: DefaultsTree) -> ConfigError {
    let item = tree.item
    let parent = tree.parent.map(\.item.configPath)
    guard item.kind == .group else {
      return .configNotFound(
        config: item.configPath, parent: parent, searchPath: repository.searchPath)
    }
    return .optionNotFound(
      option: item.configPath, group: item.groupPath,
      options: repository.options(of: item.groupPath), parent: parent,
      searchPath: repository.searchPath)
  }

  private mutating func expandList(
    of tree: DefaultsTree, _ loaded: LoadedConfig, isInterpolated: Bool
  ) throws(ConfigError) {
    let parent = tree.item
    var entries = loaded.defaults
    if !entries.isEmpty || (parent.isPrimary && !overrides.appended.isEmpty) {
      try addSelf(to: &entries, of: parent, loaded)
    }
    if parent.isPrimary { entries += overrides.appended }
    let items = entries.map { DefaultItem($0) }
    try noteOverrides(items, of: parent, isInterpolated: isInterpolated)

    var children: [DefaultsTree.Child] = []
    for item in items.reversed() {
      if item.isSelf {
        item.place(inGroup: parent.parentGroup, package: parent.writtenPackage ?? "")
        children.append(.leaf(item))
      } else if !item.isOverride {
        try addChild(item, to: &children, of: tree, isInterpolated: isInterpolated)
      }
    }
    try expandInterpolated(&children, of: tree)
    if !children.isEmpty { tree.children = children.reversed() }
  }

  private mutating func addChild(
    _ item: DefaultItem, to children: inout [DefaultsTree.Child], of tree: DefaultsTree,
    isInterpolated: Bool
  ) throws(ConfigError) {
    let parent = tree.item
    overrides.apply(to: item)
    if item.kind == .group, case .list(let names) = item.choice {
      for name in names.reversed() {
        guard !PythonText.containsInterpolation(name) else {
          throw .interpolatedListItem(config: parent.configPath)
        }
        let option = DefaultItem(
          DefaultEntry(
            target: .config("\(item.path)/\(name)"), package: item.explicitPackage,
            isOptional: item.isOptional))
        option.place(inGroup: parent.groupPath, package: parent.finalPackage())
        try append(option, to: &children, of: tree, isInterpolated: isInterpolated)
      }
    } else if item.interpolation != nil {
      children.append(.leaf(item))
    } else {
      try append(item, to: &children, of: tree, isInterpolated: isInterpolated)
    }
  }

  private mutating func append(
    _ item: DefaultItem, to children: inout [DefaultsTree.Child], of tree: DefaultsTree,
    isInterpolated: Bool
  ) throws(ConfigError) {
    let subtree = DefaultsTree(item, parent: tree)
    try expand(subtree, isInterpolated: isInterpolated)
    children.append(subtree.children == nil ? .leaf(item) : .tree(subtree))
  }
}

// MARK: - Items of a list

extension DefaultsTreeBuilder {
  /// Adds `_self_` at the end of a list that lacks it. A list of nothing but overrides gets one too, so
  /// that additions from the command line do not displace the body.
  private mutating func addSelf(
    to entries: inout [DefaultEntry], of parent: DefaultItem, _ loaded: LoadedConfig
  ) throws(ConfigError) {
    let count = entries.count { $0.isSelf }
    guard count <= 1 else { throw .duplicateSelf(config: parent.configPath) }
    guard count == 0 else { return }
    let hasItems = entries.contains { !$0.isOverride }
    if parent.isPrimary, hasItems, loaded.hasContent {
      warnings.append(
        "In '\(parent.configPath)': Defaults list is missing `_self_`. See "
          + "https://hydra.cc/docs/1.2/upgrades/1.0_to_1.1/default_composition_order for more "
          + "information")
    }
    let isBodyAtRisk = parent.isPrimary && !overrides.appended.isEmpty
    if hasItems || entries.isEmpty || isBodyAtRisk { entries.append(.own) }
  }

  private mutating func noteOverrides(
    _ items: [DefaultItem], of parent: DefaultItem, isInterpolated: Bool
  ) throws(ConfigError) {
    var lastOverride: DefaultItem?
    for item in items where !item.isSelf {
      item.place(inGroup: parent.groupPath, package: parent.finalPackage())
      if let last = lastOverride, !item.isOverride, !item.isExternal {
        throw .overrideBeforeItem(
          config: parent.configPath, key: last.overrideKey, value: last.choiceText,
          next: item.overrideKey, nextName: item.choiceText)
      }
      guard item.isOverride else { continue }
      lastOverride = item
      guard !isInterpolated else {
        throw .overrideInInterpolatedGroup(
          config: parent.configPath, key: item.overrideKey, value: item.choiceText)
      }
      overrides.add(item, in: parent.configPath)
    }
  }
}
