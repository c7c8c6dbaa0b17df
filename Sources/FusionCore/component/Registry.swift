import ConfigTree
import Wording

/// The closed table of what `_target_` can name. Nothing is imported or executed by name.
public struct Registry {
  private let types: [any Component.Type]

  /// Makes the table of `types`.
  public init(_ types: [any Component.Type]) { self.types = types }

  /// Every name, canonical and alternative.
  public var targets: [String] { types.flatMap { $0.targets } }

  /// Makes the component that `node` describes.
  ///
  /// Configurations inside it stay configurations, which the component reads when it needs them,
  /// unless `_recursive_` is true: then those that name components of this table are checked first.
  ///
  /// - Parameters:
  ///   - node: a dictionary with `_target_` and parameters.
  ///   - role: what it is for, its key in the whole configuration (`method`).
  /// - Throws: `ParameterError`.
  public func make<C>(_ node: ConfigNode, role: String, as: C.Type = C.self) throws -> C {
    let prefix = role.isEmpty ? "" : "\(role)."
    if try ComponentKeys.flag("_partial_", of: node, prefix: prefix) == true {
      throw ParameterError.partial(key: prefix + "_partial_", node["_partial_"]?.origin)
    }
    let component = try blank(node, role: role, as: C.self)
    if try ComponentKeys.flag("_recursive_", of: node, prefix: prefix) == true {
      try checkInside(node, at: role)
    }
    try component.component.configure(node, at: role)
    return component.made
  }

  /// Makes the component that `node` describes, whatever its kind, as Hydra's `instantiate` does:
  /// what is inside it is looked at first, unless `_recursive_` is false.
  ///
  /// - Throws: `ParameterError`; also for `_partial_: true`, which `factory` is for.
  public func instantiate(_ node: ConfigNode, at path: String = "") throws -> any Component {
    var node = node
    if node.dictionary != nil, node["_recursive_"] == nil {
      node["_recursive_"] = ConfigNode(.bool(true))
    }
    return try make(node, role: path)
  }

  /// What `_partial_: true` asks for: the component is described and checked, and made later.
  ///
  /// - Throws: `ParameterError` for an unknown target, an unknown key or a value of a wrong type.
  public func factory<C>(
    _ node: ConfigNode, role: String, as: C.Type = C.self
  ) throws -> ComponentFactory<C> {
    var config = node
    config["_partial_"] = nil
    try blank(config, role: role, as: C.self).component.assign(config, at: role)
    return ComponentFactory(registry: self, config: config, role: role)
  }

  /// A component of the kind that `node` names, with default parameters.
  private func blank<C>(
    _ node: ConfigNode, role: String, as: C.Type
  ) throws -> (component: any Component, made: C) {
    guard case .dictionary = node.value, let target = node["_target_"] else {
      throw ParameterError.noTarget(role: role.isEmpty ? "program" : role, node.origin)
    }
    guard case .string(let name) = target.value else {
      throw ParameterError.wrongType(
        key: role.isEmpty ? "_target_" : "\(role)._target_", expected: "a string", target)
    }
    guard let type = type(named: name) else {
      throw unknown(name, role: role, as: C.self, target.origin)
    }
    let component = type.init()
    guard let made = component as? C else {
      throw unknown(name, role: role, as: C.self, target.origin)
    }
    return (component, made)
  }

  /// The type that a name stands for: one of its own names, or the last part of one, alone or
  /// behind the path of any module of the same package, as FusionBench writes it.
  private func type(named name: String) -> (any Component.Type)? {
    if let exact = types.first(where: { $0.targets.contains(name) }) { return exact }
    return types.first { type in
      type.targets.contains { shortName($0) == name } || isModulePath(name, of: type)
    }
  }

  /// Whether `name` has the package and the class's name of a type, with a path between them that
  /// does not contradict those that the type gives.
  private func isModulePath(_ name: String, of type: any Component.Type) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 3 else { return false }
    let known = type.targets.map { $0.split(separator: ".", omittingEmptySubsequences: false) }
    let alike = known.filter { $0.count >= 3 && $0[0...1] == parts[0...1] && $0.last == parts.last }
    let modules = alike.filter { $0.count > 3 }.map { $0[2] }
    return !alike.isEmpty && (parts.count == 3 || modules.isEmpty || modules.contains(parts[2]))
  }

  /// Makes what stands inside `node` and names a component of this table, to see that it can be.
  private func checkInside(_ node: ConfigNode, at path: String) throws {
    let children: [(key: String, node: ConfigNode)] =
      switch node.value {
      case .dictionary(let entries): entries.map { (".\($0.key)", $0.value) }
      case .list(let items): items.enumerated().map { ("[\($0.offset)]", $0.element) }
      default: []
      }
    for (key, child) in children {
      let place = path.isEmpty && key.hasPrefix(".") ? String(key.dropFirst()) : path + key
      if let name = child["_target_"]?.string, type(named: name) != nil {
        _ = try instantiate(child, at: place)
      } else {
        try checkInside(child, at: place)
      }
    }
  }

  private func unknown<C>(
    _ name: String, role: String, as: C.Type, _ origin: ConfigOrigin?
  ) -> ParameterError {
    let candidates = types.filter { $0 is C.Type || C.self == (any Component).self }
    let names = candidates.compactMap { $0.targets.first }
    let near = nearest(to: name, among: names, limit: 3)
    let nearShort = nearest(to: shortName(name), among: names.map(shortName), limit: 3)
    let suggestions =
      near.isEmpty ? nearShort.compactMap { short in names.first { shortName($0) == short } } : near
    let role = role.isEmpty ? "program" : role
    return FusionBenchNames.hasComponent(shortName(name)) && type(named: name) == nil
      ? .unavailableTarget(name, role: role, didYouMean: suggestions, origin)
      : .unknownTarget(name, role: role, didYouMean: suggestions, origin)
  }
}

/// The last part of a dotted name.
func shortName(_ target: String) -> String { String(target.split(separator: ".").last ?? "") }
