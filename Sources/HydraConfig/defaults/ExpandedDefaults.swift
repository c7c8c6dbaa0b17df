/// What the defaults lists of a primary configuration and the overrides come to.
struct ExpandedDefaults {
  /// The files in merge order.
  let configs: [ComposedConfig]
  /// The lists as indented lines.
  let tree: [String]
  /// The overrides, and the options that the groups ended up with.
  let overrides: DefaultsOverrides
  /// Remarks for the user that are not errors.
  let warnings: [String]

  /// - Parameter skipsMissing: Whether groups may stay without an option.
  init(
    primary: String?, _ overrides: [Override], repository: ConfigRepository, skipsMissing: Bool
  ) throws(ConfigError) {
    var builder = DefaultsTreeBuilder(
      repository: repository, overrides: try DefaultsOverrides(overrides, repository: repository),
      skipsMissing: skipsMissing)
    let tree = try builder.build(primary: primary)
    configs = tree.flattened()
    try DefaultsTreeBuilder.checkUnique(configs)
    try builder.overrides.checkAllUsed()
    self.tree = tree.lines()
    self.overrides = builder.overrides
    warnings = builder.warnings
  }
}
