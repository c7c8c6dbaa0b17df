import ConfigTree

/// A component that is described and not made yet, as Hydra's `_partial_: true` gives one.
public struct ComponentFactory<C> {
  private let registry: Registry
  private let role: String
  /// The configuration so far.
  public let config: ConfigNode

  init(registry: Registry, config: ConfigNode, role: String) {
    self.registry = registry
    self.config = config
    self.role = role
  }

  /// Makes the component.
  ///
  /// - Parameter parameters: a dictionary of more parameters; they replace those given before.
  /// - Throws: `ParameterError`.
  public func make(_ parameters: ConfigNode = .emptyDictionary) throws -> C {
    guard let entries = parameters.dictionary else {
      throw ParameterError.wrongType(
        key: role.isEmpty ? "parameters" : role, expected: "a dictionary", parameters)
    }
    var whole = config
    for (key, value) in entries { whole[key.description] = value }
    return try registry.make(whole, role: role)
  }
}
