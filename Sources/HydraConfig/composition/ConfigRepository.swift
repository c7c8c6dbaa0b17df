import ConfigTree
import Foundation

/// Finds and reads the files of a search path. Every file is read once.
final class ConfigRepository {
  private(set) var sources: [ConfigSource]
  private let limits: ConfigLimits
  private var cache: [String: LoadedConfig?] = [:]

  init(sources: [ConfigSource], limits: ConfigLimits) {
    self.sources = sources
    self.limits = limits
  }

  /// Adds sources before the schema, which stays last.
  func add(_ added: [ConfigSource]) {
    sources.insert(contentsOf: added, at: max(0, sources.count - 1))
  }

  /// The search path as messages show it.
  var searchPath: [String] { sources.map(\.description) }
}

// MARK: - Looking up

extension ConfigRepository {
  func isGroup(_ path: String) -> Bool {
    sources.contains { Self.hasGroup(path, in: $0) }
  }

  func hasConfig(_ path: String) -> Bool {
    sources.contains { Self.hasConfig(path, in: $0) }
  }

  /// The options of a group, sorted.
  func options(of group: String) -> [String] {
    entries(of: group).filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
      .uniqueSorted
  }

  /// The groups directly inside a group, sorted.
  func groups(in group: String) -> [String] {
    entries(of: group).filter { $0.hasSuffix("/") }.map { String($0.dropLast()) }.uniqueSorted
  }

  /// Files, and folders with a slash at the end, over all sources.
  private func entries(of group: String) -> [String] {
    sources.flatMap { source -> [String] in
      switch source {
      case .builtIn: Self.entries(of: group, in: BuiltInConfig.files)
      case .schema: Self.entries(of: group, in: BuiltInConfig.schema)
      case .unavailable: []
      case .directory(_, let path): Self.directoryEntries(Self.join(path, group))
      }
    }
  }

  private static func entries(of group: String, in files: [String: String]) -> [String] {
    let prefix = group.isEmpty ? "" : group + "/"
    return files.keys.sorted().filter { $0.hasPrefix(prefix) }.map { path in
      let rest = path.dropFirst(prefix.count)
      guard let slash = rest.firstIndex(of: "/") else { return rest + ".yaml" }
      return String(rest[...slash])
    }
  }

  private static func directoryEntries(_ path: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.compactMap { name in
      switch kind(of: join(path, name)) {
      case .directory?: name == "__pycache__" ? nil : name + "/"
      case .file?: name
      case nil: nil
      }
    }
  }

  private static func hasGroup(_ path: String, in source: ConfigSource) -> Bool {
    switch source {
    case .builtIn: hasGroup(path, in: BuiltInConfig.files)
    case .schema: hasGroup(path, in: BuiltInConfig.schema)
    case .unavailable: false
    case .directory(_, let directory): kind(of: join(directory, path)) == .directory
    }
  }

  private static func hasGroup(_ path: String, in files: [String: String]) -> Bool {
    path.isEmpty || files.keys.contains { $0.hasPrefix(path + "/") }
  }

  private static func hasConfig(_ path: String, in source: ConfigSource) -> Bool {
    switch source {
    case .builtIn: BuiltInConfig.files[withoutExtension(path)] != nil
    case .schema: BuiltInConfig.schema[withoutExtension(path)] != nil
    case .unavailable: false
    case .directory(_, let directory): kind(of: join(directory, fileName(path))) == .file
    }
  }

  private static func fileName(_ path: String) -> String {
    path.hasSuffix(".yaml") ? path : path + ".yaml"
  }

  private static func withoutExtension(_ path: String) -> String {
    path.hasSuffix(".yaml") ? String(path.dropLast(5)) : path
  }

  private static func join(_ directory: String, _ path: String) -> String {
    path.isEmpty ? directory : path.hasPrefix("/") ? path : directory + "/" + path
  }

  enum FileKind { case file, directory }

  static func kind(of path: String) -> FileKind? {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      return nil
    }
    return isDirectory.boolValue ? .directory : .file
  }
}

// MARK: - Reading

extension ConfigRepository {
  /// Reads a configuration; `nil` if no source has it.
  func load(_ path: String) throws(ConfigError) -> LoadedConfig? {
    if let known = cache[path] { return known }
    let loaded = try read(path)
    cache[path] = loaded
    return loaded
  }

  private func read(_ path: String) throws(ConfigError) -> LoadedConfig? {
    guard let source = sources.first(where: { Self.hasConfig(path, in: $0) }) else { return nil }
    let text: String
    let name: String
    switch source {
    case .builtIn:
      text = BuiltInConfig.files[Self.withoutExtension(path)] ?? ""
      name = "pkg://hydra.conf/\(Self.fileName(path))"
    case .schema:
      text = BuiltInConfig.schema[Self.withoutExtension(path)] ?? ""
      name = "structured://\(path)"
    case .unavailable: return nil
    case .directory(_, let directory):
      name = Self.join(directory, Self.fileName(path))
      text = try ConfigFile.contents(of: name, limits: limits)
    }
    let package = try PackageHeader.package(of: text, path: name)
    var reader = YAMLReader(path: name, limits: limits)
    var body = try reader.read(text)
    let defaults = try DefaultEntry.entries(of: &body, config: path)
    return LoadedConfig(body: body, defaults: defaults, package: package)
  }
}

extension [String] {
  fileprivate var uniqueSorted: [String] {
    var result: [String] = []
    for item in sorted(by: String.precedesByScalars) where result.last != item {
      result.append(item)
    }
    return result
  }
}

extension String {
  /// The order that Python sorts texts in.
  static func precedesByScalars(_ left: String, _ right: String) -> Bool {
    left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
  }
}
