import ConfigTree
import Foundation
import OrderedCollections

/// Composes configurations from the files of a search path and from overrides, as Hydra 1.3 does.
public struct ConfigComposer: Sendable {
  /// The version of Hydra whose behaviour this is.
  public static let hydraVersion = "1.3.8"

  /// Where files are looked for, first match first.
  public var sources: [ConfigSource]
  /// The value of `hydra.job.name` where nothing sets it.
  public var jobName: String
  /// Bounds on files and trees.
  public var limits: ConfigLimits
  /// Clock and environment, for interpolations that are followed while composing.
  public var context: ResolverContext

  /// Composes from given sources.
  public init(
    sources: [ConfigSource], jobName: String = "fusion_bench",
    limits: ConfigLimits = ConfigLimits(), context: ResolverContext = .system()
  ) {
    self.sources = sources
    self.jobName = jobName
    self.limits = limits
    self.context = context
  }

  /// Composes from directories: the first is the main one; the others are searched after it.
  public init(searchPath directories: [String], jobName: String = "fusion_bench") {
    self.init(
      sources: ConfigComposer.sources(
        main: directories.first, additional: Array(directories.dropFirst())), jobName: jobName)
  }

  /// The usual search path: Hydra's files, the main directory, more directories, Hydra's schema.
  public static func sources(main: String?, additional: [String] = []) -> [ConfigSource] {
    [.builtIn] + (main.map { [.directory(provider: "main", path: absolute($0))] } ?? [])
      + additional.map { .directory(provider: "command-line", path: absolute($0)) } + [.schema]
  }

  /// A path made absolute and tidy, without following links.
  static func absolute(_ path: String) -> String {
    let full =
      path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    var segments: [Substring] = []
    for segment in full.split(separator: "/") where segment != "." {
      if segment == ".." {
        if !segments.isEmpty { segments.removeLast() }
      } else {
        segments.append(segment)
      }
    }
    return "/" + segments.joined(separator: "/")
  }
}

// MARK: - Composing

extension ConfigComposer {
  /// Composes a configuration.
  ///
  /// - Parameters:
  ///   - configName: The primary configuration; `nil` for Hydra's own alone.
  ///   - overrides: The overrides of the command line, in order.
  ///   - mode: Whether a sweep is being prepared.
  /// - Throws: ``ConfigError``.
  public func compose(
    configName: String?, overrides: [String] = [], mode: RunMode = .run
  ) throws(ConfigError) -> Composition {
    let parsed = try Override.parse(overrides)
    return try DeepStack.run { () throws(ConfigError) in
      try compose(configName: configName, parsed: parsed, mode: mode)
    }
  }

  func compose(
    configName: String?, parsed: [Override], mode: RunMode
  ) throws(ConfigError) -> Composition {
    let repository = try openRepository(primary: configName, parsed)
    try checkSweeps(parsed, mode)
    let defaults = try ExpandedDefaults(
      primary: configName, parsed, repository: repository, skipsMissing: mode == .multirun)

    let engine = InterpolationEngine(context: context, limits: limits)
    let root = try merge(defaults.configs, repository: repository, engine: engine)
    let editor = TreeEditor(root: root, engine: engine)
    for override in defaults.overrides.values { try editor.apply(override) }
    try fillIn(
      root, overrides: parsed, choices: defaults.overrides.choices, sources: repository.sources,
      configName: configName)

    let hydra = root.entries["hydra"]?.configNode ?? .emptyDictionary
    root.remove("hydra")
    return Composition(
      job: root.configNode, hydra: hydra,
      taskOverrides: parsed.filter { !$0.isHydra }.map(\.input),
      hydraOverrides: parsed.filter(\.isHydra).map(\.input),
      choices: defaults.overrides.choices.map { (group: $0.key, option: $0.value) },
      sources: repository.sources, warnings: defaults.warnings, context: context)
  }

  /// Expands the defaults lists and merges nothing, as `--info defaults` wants it.
  ///
  /// - Throws: ``ConfigError``.
  func expandDefaults(
    configName: String?, overrides: [String]
  ) throws(ConfigError) -> ExpandedDefaults {
    let parsed = try Override.parse(overrides)
    return try DeepStack.run { () throws(ConfigError) in
      try ExpandedDefaults(
        primary: configName, parsed,
        repository: try openRepository(primary: configName, parsed), skipsMissing: false)
    }
  }

  private func openRepository(
    primary: String?, _ overrides: [Override]
  ) throws(ConfigError) -> ConfigRepository {
    try checkMainDirectory()
    let repository = ConfigRepository(sources: sources, limits: limits)
    try addSearchPath(to: repository, primary: primary, overrides)
    return repository
  }

  private func checkMainDirectory() throws(ConfigError) {
    for case .directory("main", let path) in sources
    where ConfigRepository.kind(of: path) != .directory {
      throw .primaryDirectoryNotFound(path)
    }
  }

  private func checkSweeps(_ overrides: [Override], _ mode: RunMode) throws(ConfigError) {
    for override in overrides where override.isSweep {
      switch mode {
      case .multirun where override.isHydra: throw .sweepOverHydra(override.input)
      case .multirun: break
      case .run:
        if case .choice(let sweep)? = override.value, sweep.isSimple {
          throw .ambiguousSweep(override.input)
        }
        throw .sweepWithoutMultirun(override.input)
      }
    }
  }

  private func addSearchPath(
    to repository: ConfigRepository, primary name: String?, _ overrides: [Override]
  ) throws(ConfigError) {
    let loaded = try name.flatMap { (name) throws(ConfigError) in try repository.load(name) }
    if let loaded, loaded.body.dictionary == nil, let name {
      throw .primaryNotDictionary(name: name)
    }
    let given = overrides.first { $0.keyElement == "hydra.searchpath" }
    let value: ConfigNode?
    if let given {
      value = try given.value?.node(key: given.key)
    } else {
      value = loaded?.body.node(at: "hydra.searchpath")
    }
    guard let value, !value.isNull, value.value != .missing else { return }
    let provider = given == nil ? "hydra.searchpath in main" : "hydra.searchpath in command-line"
    guard let items = value.list, items.allSatisfy({ $0.string != nil }) else {
      throw .searchPathNotTexts(value.pythonText)
    }
    var added: [ConfigSource] = []
    for item in items.compactMap(\.string) {
      added.append(try ConfigSource(provider: provider, entry: item))
    }
    repository.add(added)
  }
}

extension ConfigOrigin {
  /// Values that an override sets.
  static let commandLine = ConfigOrigin(source: "command line")
}

// MARK: - Merging

extension ConfigComposer {
  private func merge(
    _ configs: [ComposedConfig], repository: ConfigRepository, engine: InterpolationEngine
  ) throws(ConfigError) -> TreeNode {
    let root = TreeNode()
    for config in configs {
      guard let loaded = try repository.load(config.path) else { continue }
      let embedded = TreeNode(try embed(config, loaded.body))
      if !config.isPrimary, config.path != "hydra/config", let hydra = embedded.entries["hydra"],
        let added = hydra.entries["searchpath"], !added.isNull
      {
        throw .searchPathOutsidePrimary(config: config.path)
      }
      do {
        if config.path != "hydra/config", let hydra = embedded.entries["hydra"] {
          try HydraSchema.check(hydra)
        }
        try root.merge(embedded, isClosed: false, resolver: engine)
      } catch let error as MergeConflict {
        throw .merge(
          config: config.path, problem: error.filesText, key: error.key, origin: error.origin)
      } catch let error as HydraSchema.Violation {
        throw .merge(
          config: config.path,
          problem: "\(error.kind) raised while composing config:\n\(error.text)",
          key: error.key, origin: error.origin)
      } catch {
        throw .merge(
          config: config.path, problem: "\(error)", key: "", origin: loaded.body.origin)
      }
    }
    return root
  }

  private func embed(_ config: ComposedConfig, _ body: ConfigNode) throws(ConfigError) -> ConfigNode
  {
    guard !config.package.isEmpty else { return body }
    let segments = TreeNode.splitKey(config.package)
    guard segments.count <= limits.depth else {
      throw .yamlLimit(
        what: "package levels", limit: limits.depth,
        position: body.origin ?? ConfigOrigin(source: config.path))
    }
    var result = body
    for segment in segments.reversed() {
      result = ConfigNode(.dictionary([.string(segment): result]), origin: body.origin)
    }
    return result
  }
}

extension MergeConflict {
  fileprivate var filesText: String {
    switch reason {
    case .dictionaryWithList:
      "ConfigTypeError raised while composing config:\nCannot merge DictConfig with ListConfig"
    case .unknownKey(let key):
      "ConfigKeyError raised while composing config:\nKey '\(key)' is not in struct"
    }
  }
}
