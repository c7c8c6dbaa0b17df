import ConfigTree
import OrderedCollections

/// What the command line and `override` items say about groups, and what became of it.
struct DefaultsOverrides {
  struct Change {
    var choice: DefaultEntry.Choice
    /// The file whose list holds the override; `nil` for the command line.
    var config: String?
    var isUsed = false
  }

  struct Deletion {
    var option: String?
    var isUsed = false
  }

  private(set) var changes = OrderedDictionary<String, Change>()
  private(set) var deletions = OrderedDictionary<String, Deletion>()
  /// Groups that the command line adds to the primary configuration's list.
  private(set) var appended: [DefaultEntry] = []
  /// Overrides of values.
  private(set) var values: [Override] = []
  /// What every group ended up as, in the order in which that became known.
  private(set) var choices = OrderedDictionary<String, String?>()
  private var keysByGroup: [String: Set<String>] = [:]

  init(_ overrides: [Override], repository: ConfigRepository) throws(ConfigError) {
    for override in overrides where !override.isSweep {
      let isDictionary = override.value?.isDictionary ?? false
      guard !isDictionary, repository.isGroup(override.key) else {
        values.append(override)
        continue
      }
      try addGroup(override)
    }
  }

  private mutating func addGroup(_ override: Override) throws(ConfigError) {
    switch override.kind {
    case .forceAdd: throw .forceAddOfGroup(override.input)
    case .delete:
      switch override.value {
      case nil, .scalar(.null)?: deletions[override.qualifiedKey] = Deletion(option: nil)
      case let value?:
        guard let text = value.text else { throw .groupDeletionValue(override.input) }
        deletions[override.qualifiedKey] = Deletion(option: text)
      }
    case .add:
      appended.append(
        DefaultEntry(
          target: .group(override.key, try Self.choice(override)), package: override.package,
          isExternal: true))
    case .change:
      changes[override.qualifiedKey] = Change(choice: try Self.choice(override), config: nil)
    }
  }

  private static func choice(_ override: Override) throws(ConfigError) -> DefaultEntry.Choice {
    guard let value = override.value else { throw .groupValueType("NoneType") }
    if let text = value.text { return .name(text) }
    guard case .list(let items) = value else { throw .groupValueType(value.pythonTypeName) }
    var names: [String] = []
    for item in items {
      guard let text = item.text else { throw .groupValueType("list of \(item.pythonTypeName)") }
      names.append(text)
    }
    return .list(names)
  }
}

// MARK: - While the tree is built

extension DefaultsOverrides {
  /// Notes an `override` item. The first one for a key wins.
  mutating func add(_ item: DefaultItem, in config: String) {
    let key = item.overrideKey
    if changes[key] == nil {
      changes[key] = Change(choice: item.choice, config: config)
    }
  }

  /// Gives a group the option that an override names.
  mutating func apply(to item: DefaultItem) {
    guard item.kind == .group, let change = changes[item.overrideKey] else { return }
    item.choice = change.choice
    changes[item.overrideKey]?.isUsed = true
  }

  func isDeleted(_ item: DefaultItem) -> Bool {
    guard item.kind == .group, let deletion = deletions[item.overrideKey] else { return false }
    return deletion.option == nil || deletion.option == item.name
  }

  mutating func delete(_ item: DefaultItem) {
    item.isDeleted = true
    deletions[item.overrideKey]?.isUsed = true
  }

  /// Notes the option of a group that is now final.
  mutating func note(_ item: DefaultItem) throws(ConfigError) {
    guard item.kind == .group else { return }
    let key = item.overrideKey
    if let known = choices[key] {
      guard known == item.name else {
        throw .multipleValues(key: key, previous: known ?? "None")
      }
    } else {
      choices.updateValue(item.name, forKey: key)
    }
    keysByGroup[item.groupPath, default: []].insert(key)
  }
}

// MARK: - Afterwards

extension DefaultsOverrides {
  /// Throws if an override or a deletion met no group.
  func checkAllUsed() throws(ConfigError) {
    for (key, change) in changes where !change.isUsed {
      let group = String(key.prefix { $0 != "@" })
      let candidates = (keysByGroup[group] ?? []).sorted(by: String.precedesByScalars)
      throw .unmatchedOverride(
        key: key, candidates: candidates, config: change.config,
        value: change.config == nil ? change.choice.pythonText : nil)
    }
    for (key, deletion) in deletions where !deletion.isUsed {
      throw .unmatchedDeletion(deletion.option.map { "\(key)=\($0)" } ?? key)
    }
  }
}

extension DefaultEntry.Choice {
  fileprivate var pythonText: String {
    switch self {
    case .none: "None"
    case .name(let name): name
    case .list(let names):
      "[" + names.map { PythonText.literal($0) }.joined(separator: ", ") + "]"
    }
  }
}
