/// A configuration in the tree of defaults, with the items that it lists.
final class DefaultsTree {
  enum Child {
    case leaf(DefaultItem)
    case tree(DefaultsTree)
  }

  let item: DefaultItem
  private(set) weak var parent: DefaultsTree?
  /// `nil` for a configuration that lists nothing.
  var children: [Child]?

  init(_ item: DefaultItem, parent: DefaultsTree?) {
    self.item = item
    self.parent = parent
  }
}

/// One file of a composition, in merge order.
struct ComposedConfig {
  /// The path of the file within the search path, without extension.
  var path: String
  /// Where in the tree the file goes; empty for the root.
  var package: String
  /// Whether the line stands for the body of a file that has a defaults list.
  var isSelf: Bool
  /// The file whose list asked for this one.
  var parent: String?
  /// Whether this is the primary configuration.
  var isPrimary: Bool
  /// The key that would choose another option.
  var overrideKey: String?
}

extension DefaultsTree {
  /// The files in merge order.
  func flattened() -> [ComposedConfig] {
    var result: [ComposedConfig] = []
    collect(into: &result)
    return result
  }

  private func collect(into result: inout [ComposedConfig]) {
    guard let children, !children.isEmpty else {
      return append(item, of: parent, to: &result)
    }
    for child in children {
      switch child {
      case .leaf(let item): append(item, of: self, to: &result)
      case .tree(let tree): tree.collect(into: &result)
      }
    }
  }

  private func append(
    _ item: DefaultItem, of owner: DefaultsTree?, to result: inout [ComposedConfig]
  ) {
    guard !item.isDeleted, !item.isMissing, item.kind != .root, item.name != nil else { return }
    if item.isSelf {
      guard let owner else { return }
      result.append(
        ComposedConfig(
          path: owner.item.configPath, package: owner.item.finalPackage(), isSelf: true,
          parent: owner.parent?.item.configPath, isPrimary: owner.item.isPrimary))
    } else {
      result.append(
        ComposedConfig(
          path: item.configPath, package: item.finalPackage(), isSelf: false,
          parent: owner?.item.configPath, isPrimary: item.isPrimary,
          overrideKey: item.kind == .group ? item.overrideKey : nil))
    }
  }

  /// The tree as indented lines, as `--info defaults-tree` shows it.
  func lines(indent: Int = 0) -> [String] {
    let padding = String(repeating: "  ", count: indent)
    guard let children, !children.isEmpty else { return [padding + item.title] }
    var result = [padding + item.title + ":"]
    for child in children {
      switch child {
      case .leaf(let item): result.append(padding + "  " + item.title)
      case .tree(let tree): result += tree.lines(indent: indent + 1)
      }
    }
    return result
  }
}

extension DefaultItem {
  fileprivate var title: String {
    kind == .group ? "\(overrideKey): \(name ?? "null")" : configPath
  }
}
