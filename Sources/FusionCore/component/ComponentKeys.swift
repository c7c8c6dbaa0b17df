import ConfigTree

/// Keys of a component's configuration that say how it is made: Hydra's, and two of FusionBench's.
enum ComponentKeys {
  static let reserved = [
    "_target_", "_args_", "_recursive_", "_partial_", "_convert_", "_usage_", "_version_",
  ]
  private static let conversions = ["none", "partial", "object", "all"]

  /// Checks the values of these keys.
  ///
  /// Values are read by a component's own parameters, never converted on the way, so every
  /// `_convert_` of Hydra's means the same here.
  ///
  /// - Parameter prefix: ends with a dot or is empty.
  /// - Throws: `ParameterError.wrongType`.
  static func check(_ node: ConfigNode, prefix: String) throws {
    for key in ["_recursive_", "_partial_"] { _ = try flag(key, of: node, prefix: prefix) }
    if let convert = node["_convert_"] {
      guard let text = convert.string, conversions.contains(text.lowercased()) else {
        throw ParameterError.wrongType(
          key: prefix + "_convert_", expected: "one of \(conversions.joined(separator: ", "))",
          convert)
      }
    }
    if let usage = node["_usage_"] {
      _ = try Optional<String>.decode(usage, key: prefix + "_usage_")
    }
  }

  /// A key that is true or false; nil where it is absent.
  ///
  /// - Throws: `ParameterError.wrongType`.
  static func flag(_ key: String, of node: ConfigNode, prefix: String) throws -> Bool? {
    try node[key].map { try Bool.decode($0, key: prefix + key) }
  }
}
