import ConfigTree
import OrderedCollections

/// Applies overrides of values to a composed tree, which is closed: keys that it lacks are errors unless
/// they are added explicitly.
struct TreeEditor {
  let root: TreeNode
  let engine: InterpolationEngine

  func apply(_ override: Override) throws(ConfigError) {
    if override.package != nil {
      throw .packageOfValue(override: override.input, key: override.key)
    }
    switch override.kind {
    case .delete: try delete(override)
    case .change: try update(override, adds: false)
    case .forceAdd: try update(override, adds: true)
    case .add:
      // Looked up even where the value decides nothing: a broken interpolation on the way is an error.
      let known = try current(override)
      if known != nil, let value = override.value, !value.isContainer {
        throw .itemExists(key: override.key, override: override.input)
      }
      try update(override, adds: true)
    }
    if override.key == "hydra" || override.key.hasPrefix("hydra.") { try checkSchema(override) }
  }

  private func checkSchema(_ override: Override) throws(ConfigError) {
    guard let hydra = root.entries["hydra"] else { return }
    do {
      try HydraSchema.check(hydra, allowsUnknown: true)
    } catch {
      throw .overrideNotMerged(
        override: override.input, problem: "\(error.text)\n    full_key: \(error.key)", origin: nil)
    }
  }

  /// The value that a key has now; `nil` if there is none, or if it is `null` or `???`.
  private func current(_ override: Override) throws(ConfigError) -> TreeNode? {
    var memo: InterpolationEngine.Memo = []
    do {
      guard
        let found = try engine.select(
          override.key, in: root, throwsOnMissing: false, memo: &memo),
        !found.isNull, !found.isMissing
      else { return nil }
      return found
    } catch {
      switch error.reason {
      case .notAContainer: return nil
      case .notAnIndex(let segment):
        throw .overrideNotMerged(
          override: override.input,
          problem: "Index '\(segment)' (str) is not an int\n    full_key: \(override.key)",
          origin: nil)
      default:
        throw .overrideNotMerged(
          override: override.input, problem: error.textWithKey, origin: error.origin)
      }
    }
  }
}

extension OverrideValue {
  fileprivate var isContainer: Bool { isList || isDictionary }
}

// MARK: - Deleting

extension TreeEditor {
  private func delete(_ override: Override) throws(ConfigError) {
    guard let found = try current(override) else { throw .deletionOfNothing(override.key) }
    if let expected = override.value, !expected.isNull {
      let value = try expected.node(key: override.key)
      guard found.configNode.isEqualInPython(to: value) else {
        throw .deletionOfOtherValue(
          key: override.key, value: found.configNode.pythonText, expected: value.pythonText)
      }
    }
    let segments = override.key.split(separator: ".").map(String.init)
    guard let last = segments.last else { throw .deletionOfNothing(override.key) }
    var parent = root
    if segments.count > 1 {
      var memo: InterpolationEngine.Memo = []
      let path = segments.dropLast().joined(separator: ".")
      guard
        let target = try? engine.select(path, in: root, throwsOnMissing: false, memo: &memo)
      else { throw .deletionOfNothing(override.key) }
      parent = target
    }
    guard parent.isDictionary else {
      throw .overrideNotMerged(
        override: override.input, problem: "list indices must be integers or slices, not str",
        origin: nil)
    }
    if let type = HydraSchema.typeName(at: parent.fullKey) {
      throw .overrideNotMerged(
        override: override.input,
        problem: "\(type) (DictConfig) does not support deletion\n    full_key: \(override.key)",
        origin: nil)
    }
    parent.remove(.string(last))
  }
}

// MARK: - Changing and adding

extension TreeEditor {
  private func update(_ override: Override, adds: Bool) throws(ConfigError) {
    let segments = TreeNode.splitKey(override.key)
    var container = root
    for segment in segments.dropLast() {
      container = try descend(container, segment, override, adds: adds)
    }
    try assign(override, to: segments.last ?? "", of: container, adds: adds)
  }

  private func newNode(_ override: Override) throws(ConfigError) -> TreeNode {
    do {
      return TreeNode(try override.value?.node(key: override.key) ?? ConfigNode(.null))
    } catch {
      throw .overrideNotMerged(
        override: override.input, problem: error.description, origin: nil)
    }
  }

  /// The container at a segment; anything else there gives way to an empty dictionary.
  private func descend(
    _ container: TreeNode, _ segment: String, _ override: Override, adds: Bool
  ) throws(ConfigError) -> TreeNode {
    switch container.child(segment) {
    case .notAnIndex: throw indexError(segment, override)
    case .found(let child) where child.isContainer: return child
    case .found:
      let made = TreeNode(.dictionary([:]), origin: .commandLine)
      replace(segment, of: container, with: made)
      return made
    case .absent:
      guard container.isDictionary else { throw rangeError(segment, of: container, override) }
      guard adds else { throw unknownKey(segment, of: container, override) }
      let made = TreeNode(.dictionary([:]), origin: .commandLine)
      container.set(.string(segment), to: made)
      return made
    }
  }

  private func assign(
    _ override: Override, to segment: String, of container: TreeNode, adds: Bool
  ) throws(ConfigError) {
    switch container.child(segment) {
    case .notAnIndex: throw indexError(segment, override)
    case .absent:
      guard container.isDictionary else { throw rangeError(segment, of: container, override) }
      guard adds else { throw unknownKey(segment, of: container, override) }
      container.set(.string(segment), to: try newNode(override))
    case .found(let child):
      let node = try newNode(override)
      guard child.isContainer, node.isContainer else {
        return replace(segment, of: container, with: node)
      }
      do {
        try child.merge(node, isClosed: !adds, resolver: engine)
      } catch {
        throw conflict(error, override)
      }
    }
  }

  private func replace(_ segment: String, of container: TreeNode, with node: TreeNode) {
    if container.isDictionary {
      container.set(.string(segment), to: node)
    } else if let index = TreeNode.listIndex(segment) {
      container.set(index, to: node)
    }
  }
}

// MARK: - Errors

extension TreeEditor {
  private func indexError(_ segment: String, _ override: Override) -> ConfigError {
    .overrideNotMerged(
      override: override.input, problem: "invalid literal for int() with base 10: '\(segment)'",
      origin: nil)
  }

  private func rangeError(
    _ segment: String, of container: TreeNode, _ override: Override
  ) -> ConfigError {
    let index = TreeNode.listIndex(segment) ?? 0
    return .overrideNotMerged(
      override: override.input,
      problem: "list index out of range\n    full_key: \(container.fullKey(of: .index(index)))"
        + "\n    object_type=list", origin: container.origin)
  }

  private func unknownKey(
    _ segment: String, of container: TreeNode, _ override: Override
  ) -> ConfigError {
    let key = container.fullKey(of: .key(.string(segment)))
    return .unknownKey(
      key: override.key, override: override.input,
      problem: Self.unknownText(segment, fullKey: key), origin: nil)
  }

  private static func unknownText(_ segment: String, fullKey: String) -> String {
    let container = fullKey.split(separator: ".").dropLast().joined(separator: ".")
    guard let type = HydraSchema.typeName(at: container) else {
      return "Key '\(segment)' is not in struct\n    full_key: \(fullKey)\n    object_type=dict"
    }
    return "Key '\(segment)' not in '\(type)'\n    full_key: \(fullKey)\n    object_type=\(type)"
  }

  private func conflict(_ error: MergeConflict, _ override: Override) -> ConfigError {
    switch error.reason {
    case .unknownKey(let key):
      .unknownKey(
        key: override.key, override: override.input,
        problem: Self.unknownText(key, fullKey: error.key), origin: nil)
    case .dictionaryWithList:
      .overrideNotMerged(
        override: override.input,
        problem: "Cannot merge DictConfig with ListConfig\n    full_key: \(error.key)", origin: nil)
    }
  }
}

extension InterpolationFailure {
  /// The message with the path of the node, if that is known.
  var textWithKey: String { message + (key.map { "\n    full_key: \($0)" } ?? "") }
}

extension ConfigNode {
  /// Whether Python's `==` holds: truth values and numbers compare by amount.
  func isEqualInPython(to other: ConfigNode) -> Bool {
    let own = ConfigNode.amount(value)
    let others = ConfigNode.amount(other.value)
    if let own, let others { return own == others }
    switch (value, other.value) {
    case (.list(let left), .list(let right)):
      return left.count == right.count
        && zip(left, right).allSatisfy { $0.isEqualInPython(to: $1) }
    case (.dictionary(let left), .dictionary(let right)):
      return left.count == right.count
        && left.allSatisfy { key, node in
          right[key].map { node.isEqualInPython(to: $0) } ?? false
        }
    default: return value == other.value
    }
  }

  private static func amount(_ value: ConfigValue) -> Double? {
    switch value {
    case .bool, .int, .float: ConfigNumber.double(value)
    default: nil
    }
  }
}
