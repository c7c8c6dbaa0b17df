import ConfigTree
import Wording

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
    node["_target_"] = ConfigNode(.string(type(of: self).targets.first ?? "\(type(of: self))"))
    for parameter in parameters { node[parameter.key] = parameter.encoded() }
    return node
  }

  /// `config` as YAML.
  public func toYAML() -> String { config.yaml() }

  /// Sets the parameters that `node` gives.
  ///
  /// - Parameter path: where the node is in the whole configuration (`method`), for messages.
  /// - Throws: `ParameterError` for a key that is no parameter, a value that is missing or of a
  ///   wrong type, and what `validate` throws.
  public func configure(_ node: ConfigNode, at path: String = "") throws {
    let name = type(of: self).targets.first ?? "\(type(of: self))"
    guard let entries = node.dictionary else {
      throw ParameterError.notADictionary(component: name, node.origin)
    }
    let prefix = path.isEmpty ? "" : "\(path)."
    let known = parameters
    for (key, value) in entries {
      let key = key.description
      if ComponentKeys.reserved.contains(key) { continue }
      guard let parameter = known.first(where: { $0.key == key }) else {
        throw ParameterError.unknownKey(
          prefix + key, component: name, didYouMean: nearest(to: key, among: known.map(\.key)),
          value.origin)
      }
      if case .missing = value.value {
        throw ParameterError.missingValue(key: prefix + key, value.origin)
      }
      try parameter.decode(value, at: prefix + key)
    }
    do {
      try validate()
    } catch let error as ParameterError {
      throw error.under(prefix)
    }
  }
}

/// Keys of a component's configuration that are not parameters.
enum ComponentKeys {
  static let reserved: Set<String> = [
    "_target_", "_recursive_", "_convert_", "_usage_", "_version_",
  ]
}
