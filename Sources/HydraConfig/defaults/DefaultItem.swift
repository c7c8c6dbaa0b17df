import ConfigTree

/// An item of a defaults list in its place: it knows the group and the package of the configuration that
/// lists it, from which its own path and package follow.
final class DefaultItem {
  enum Kind {
    /// The root above Hydra's and the primary configuration.
    case root
    case config
    case group
  }

  let kind: Kind
  /// The path of a configuration, or the group.
  private(set) var path: String
  var choice: DefaultEntry.Choice
  private var package: String?
  let isOptional: Bool
  let isOverride: Bool
  let isExternal: Bool
  let isPrimary: Bool
  var isDeleted = false
  /// The header of the file, made absolute.
  private var packageHeader: String?
  private(set) var parentGroup = ""
  private var parentPackage = ""

  init(_ entry: DefaultEntry) {
    switch entry.target {
    case .config(let path):
      kind = .config
      self.path = path
      choice = .none
    case .group(let group, let choice):
      kind = .group
      path = group
      self.choice = choice
    }
    package = entry.package == "_here_" ? "" : entry.package
    isOptional = entry.isOptional
    isOverride = entry.isOverride
    isExternal = entry.isExternal
    isPrimary = entry.isPrimary
  }

  /// The root of everything.
  init() {
    kind = .root
    path = "<root>"
    choice = .none
    isOptional = false
    isOverride = false
    isExternal = false
    isPrimary = false
  }

  var explicitPackage: String? { package }
}

// MARK: - Place

extension DefaultItem {
  func place(inGroup group: String, package parent: String) {
    parentGroup = group
    parentPackage = parent
    if let own = package, own.contains("_group_") {
      package = "_global_." + own.replacing("_group_", with: defaultPackage)
    }
  }

  func setHeader(_ header: String?) {
    guard let header else { return }
    if header.isEmpty || header == "_global_" {
      packageHeader = "_global_"
    } else {
      packageHeader = header.hasPrefix("_global_.") ? header : "_global_." + header
    }
  }

  /// The package as written here or in the file's header.
  var writtenPackage: String? { package ?? packageHeader }
}

// MARK: - Names

extension DefaultItem {
  var isSelf: Bool {
    kind == .config ? path == "_self_" : choice == .name("_self_")
  }

  private var isAbsolute: Bool { path.hasPrefix("/") }

  private var pathWithoutSlash: String { isAbsolute ? String(path.dropFirst()) : path }

  /// The path of the group within the search path.
  var groupPath: String {
    switch kind {
    case .root: return ""
    case .group: return inParent(pathWithoutSlash)
    case .config:
      let path = pathWithoutSlash
      let group = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
      return inParent(group)
    }
  }

  private func inParent(_ relative: String) -> String {
    if isAbsolute || parentGroup.isEmpty { return relative }
    return relative.isEmpty ? parentGroup : parentGroup + "/" + relative
  }

  /// The name of the chosen option or of the configuration; `nil` for a group without choice.
  var name: String? {
    switch kind {
    case .root: return nil
    case .config:
      return path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    case .group:
      guard case .name(let name) = choice else { return nil }
      return name
    }
  }

  /// The path of the file, without extension.
  var configPath: String {
    switch kind {
    case .root: path
    case .config: inParent(pathWithoutSlash)
    case .group: "\(groupPath)/\(name ?? "None")"
    }
  }

  var isMissing: Bool { kind != .root && name == "???" }

  /// The package that follows from the group alone.
  var defaultPackage: String { groupPath.replacing("/", with: ".") }

  private var relativeGroup: String {
    let path = pathWithoutSlash
    guard kind == .config else { return path }
    return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  /// Where in the tree the file goes.
  func finalPackage(usingHeader: Bool = true) -> String {
    let own =
      (usingHeader ? writtenPackage : package) ?? relativeGroup.replacing("/", with: ".")
    let full =
      parentPackage.isEmpty ? own : own.isEmpty ? parentPackage : "\(parentPackage).\(own)"
    guard let global = full.lastRange(of: "_global_") else { return full }
    return String(full[global.upperBound...].dropFirst())
  }

  /// The key that chooses another option: the group, and its package if that is not the usual one.
  var overrideKey: String {
    let package = finalPackage(usingHeader: false)
    guard package != defaultPackage else { return groupPath }
    return "\(groupPath)@\(package.isEmpty ? "_global_" : package)"
  }
}

// MARK: - Interpolated choices

extension DefaultItem {
  var interpolation: String? {
    let text: String?
    switch kind {
    case .root: text = nil
    case .config: text = configPath
    case .group: text = name
    }
    guard let text, PythonText.containsInterpolation(text) else { return nil }
    return text
  }

  func setResolved(_ text: String) {
    if kind == .config {
      path = text
    } else {
      choice = .name(text)
    }
  }
}

extension String {
  fileprivate func lastRange(of needle: String) -> Range<Index>? {
    var end = endIndex
    while let start = index(end, offsetBy: -needle.count, limitedBy: startIndex) {
      if self[start..<end] == needle { return start..<end }
      guard end > startIndex else { return nil }
      end = index(before: end)
    }
    return nil
  }
}
