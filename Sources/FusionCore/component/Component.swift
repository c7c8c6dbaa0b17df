import ConfigTree

/// Something that a configuration can name with `_target_`: a method, a pool, a program.
///
/// Parameters are properties marked `@Parameter`; their defaults stand there and nowhere else.
public protocol Component: AnyObject {
  /// The names that `_target_` may give it: FusionBench's dotted names, the first one canonical.
  /// The last part of each is accepted as a short name.
  static var targets: [String] { get }

  /// What it is for, in the author's words: `_usage_` of configurations. Nothing reads it.
  var usage: String? { get set }

  /// Makes it with default parameters.
  init()

  /// Checks the parameters once they are set, and derives what follows from them.
  ///
  /// - Throws: `ParameterError` for values that can never work.
  func validate() throws
}

extension Component {
  /// Not kept, unless the component has a property of this name.
  public var usage: String? {
    get { nil }
    set {}
  }

  /// Every `@Parameter` with its configuration key, base classes first.
  var parameters: [any AnyParameter] {
    var levels: [[any AnyParameter]] = []
    var mirror: Mirror? = Mirror(reflecting: self)
    while let level = mirror {
      levels.append(level.children.compactMap { $0.value as? any AnyParameter })
      mirror = level.superclassMirror
    }
    return levels.reversed().flatMap { $0 }
  }

  /// The configuration that makes this component again, in FusionBench's order: `_target_`,
  /// `_recursive_`, `_usage_`, `_version_`, then every parameter.
  public var config: ConfigNode {
    var node = ConfigNode(.dictionary([:]))
    node["_target_"] = ConfigNode(.string(canonicalTarget))
    node["_recursive_"] = ConfigNode(.bool(false))
    node["_usage_"] = usage.encoded()
    node["_version_"] = ConfigNode(.string(fusionBenchVersion))
    for parameter in parameters { node[parameter.key] = parameter.encoded() }
    return node
  }

  /// `config` as YAML.
  public func toYAML() -> String { config.yaml() }

  /// The name that configurations are written with.
  var canonicalTarget: String { type(of: self).targets.first ?? "\(type(of: self))" }
}
