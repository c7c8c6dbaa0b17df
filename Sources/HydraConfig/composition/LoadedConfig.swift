import ConfigTree

/// A configuration file, read but not yet placed in a tree.
struct LoadedConfig {
  /// The body, without the defaults list.
  var body: ConfigNode
  var defaults: [DefaultEntry]
  /// What the header names.
  var package: String?
}
