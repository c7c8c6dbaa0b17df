import ConfigTree

/// Something that a configuration can name with `_target_`: a method, a pool, a program.
///
/// Parameters are properties marked `@Parameter`; their defaults stand there and nowhere else.
public protocol Component: AnyObject {
  /// The names that `_target_` may give it: FusionBench's dotted names, the first one canonical.
  /// The last part of each is accepted as a short name.
  static var targets: [String] { get }

  /// Makes it with default parameters.
  init()

  /// Checks the parameters once they are set, and derives what follows from them.
  ///
  /// - Throws: `ParameterError` for values that can never work.
  func validate() throws
}

extension Component {
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

  /// The configuration that makes this component again: `_target_` and every parameter.
  public var config: ConfigNode {
    var node = ConfigNode(.dictionary([:]))
    node["_target_"] = ConfigNode(.string(Self.targets.first ?? "\(Self.self)"))
    for parameter in parameters { node[parameter.key] = parameter.encoded() }
    return node
  }

  /// `config` as YAML.
  public func toYAML() -> String { config.yaml() }

  /// Sets the parameters that `node` gives.
  ///
  /// - Throws: `ParameterError` for a key that is no parameter, a value of a wrong type, and what
  ///   `validate` throws.
  public func configure(_ node: ConfigNode) throws {
    guard case .dictionary(let entries) = node.value else {
      throw ParameterError.notADictionary(component: Self.targets.first ?? "\(Self.self)", node.origin)
    }
    let known = parameters
    for (key, value) in entries {
      let name = key.description
      if ComponentKeys.reserved.contains(name) { continue }
      guard let parameter = known.first(where: { $0.key == name }) else {
        throw ParameterError.unknownKey(
          name, component: Self.targets.first ?? "\(Self.self)",
          didYouMean: nearest(to: name, among: known.map(\.key)), value.origin)
      }
      try parameter.decode(value)
    }
    try validate()
  }
}

/// Keys of a component's configuration that are not parameters.
enum ComponentKeys {
  static let reserved: Set<String> = [
    "_target_", "_recursive_", "_convert_", "_usage_", "_version_",
  ]
}
