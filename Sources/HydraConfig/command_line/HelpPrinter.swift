import ConfigTree

/// The help texts, which are made from templates in the configuration and from the config groups.
public struct HelpPrinter: Sendable {
  private let composer: ConfigComposer

  /// Helps with an application that composes like this.
  public init(composer: ConfigComposer) {
    self.composer = composer
  }

  /// What `--help` prints.
  public func applicationHelp(
    _ composition: Composition, resolves: Bool = false
  ) throws(ConfigError) -> String {
    let resolver = InterpolationResolver(context: composition.resolverContext)
    let template = try template(composition, "hydra.help.template", resolver)
    let job = resolves ? try resolver.resolve(composition.job) : composition.job
    return try fill(template, config: job.yaml())
  }

  /// What `--hydra-help` prints.
  ///
  /// - Parameter composition: A composition without a primary configuration.
  public func hydraHelp(_ composition: Composition) throws(ConfigError) -> String {
    let resolver = InterpolationResolver(context: composition.resolverContext)
    let template = try template(composition, "hydra.hydra_help.template", resolver)
    let config = try ConfigPrinter(composition).text(.hydra)
    return try fill(template, config: config)
  }

  private func template(
    _ composition: Composition, _ path: String, _ resolver: InterpolationResolver
  ) throws(ConfigError) -> String {
    guard let node = try resolver.select(composition.root, at: path, resolves: true),
      !node.isNull, node.value != .missing
    else { throw .missingValue(key: path) }
    return node.pythonText
  }

  private func fill(_ template: String, config: String) throws(ConfigError) -> String {
    try TemplateText.fill(
      template,
      [
        "FLAGS_HELP": flagsHelp, "HYDRA_CONFIG_GROUPS": groups(ofHydra: true),
        "APP_CONFIG_GROUPS": groups(ofHydra: false), "CONFIG": config,
      ]) + "\n"
  }

  private var flagsHelp: String {
    CommandLineFlag.allCases.map { "\($0.spellings(",")) : \($0.summary)\n" }.joined()
      + "Overrides : Any key=value arguments to override config values (use dots "
      + "for.nested=overrides)"
  }

  /// The groups with their options, one group a line.
  func groups(ofHydra: Bool) -> String {
    let repository = ConfigRepository(sources: composer.sources, limits: composer.limits)
    var names: [String] = []
    Self.collectGroups(in: "", of: repository, depth: 0, into: &names)
    return names.sorted(by: String.precedesByScalars)
      .filter { ($0 == "hydra" || $0.hasPrefix("hydra/")) == ofHydra }
      .map { "\($0): \(repository.options(of: $0).joined(separator: ", "))\n" }.joined()
  }

  private static func collectGroups(
    in parent: String, of repository: ConfigRepository, depth: Int, into names: inout [String]
  ) {
    guard depth < 16 else { return }
    for group in repository.groups(in: parent) {
      let name = parent.isEmpty ? group : "\(parent)/\(group)"
      if !repository.options(of: name).isEmpty { names.append(name) }
      collectGroups(in: name, of: repository, depth: depth + 1, into: &names)
    }
  }
}
