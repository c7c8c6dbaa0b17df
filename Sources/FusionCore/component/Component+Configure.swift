import ConfigTree
import Wording

extension Component {
  /// Sets the parameters that `node` gives, by name or, under `_args_`, by position.
  ///
  /// - Parameter path: where the node is in the whole configuration (`method`), for messages.
  /// - Throws: `ParameterError` for a key that is no parameter, a value that is missing or of a
  ///   wrong type, and what `validate` throws.
  public func configure(_ node: ConfigNode, at path: String = "") throws {
    try assign(node, at: path)
    do {
      try validate()
    } catch let error as ParameterError {
      throw error.under(path.isEmpty ? "" : "\(path).")
    }
  }

  /// Sets the parameters that `node` gives, and does not ask whether they go together.
  func assign(_ node: ConfigNode, at path: String) throws {
    let name = canonicalTarget
    guard let entries = node.dictionary else {
      throw ParameterError.notADictionary(
        key: path.isEmpty ? "the configuration of \(name)" : path, value: node.pythonText,
        node.origin)
    }
    let prefix = path.isEmpty ? "" : "\(path)."
    try ComponentKeys.check(node, prefix: prefix)
    let known = parameters
    try assign(positions: node, to: known, prefix: prefix)
    for (key, value) in entries {
      let key = key.description
      if ComponentKeys.reserved.contains(key) { continue }
      guard let parameter = known.first(where: { $0.key == key }) else {
        throw ParameterError.unknownKey(
          prefix + key, component: name,
          didYouMean: nearest(to: key, among: known.map(\.key) + ComponentKeys.reserved),
          value.origin)
      }
      if case .missing = value.value {
        throw ParameterError.missingValue(key: prefix + key, value.origin)
      }
      try parameter.decode(value, at: prefix + key)
    }
    usage = node["_usage_"]?.string ?? usage
  }

  /// Sets the first parameters from the list `_args_`, in the order of their declaration.
  private func assign(
    positions node: ConfigNode, to known: [any AnyParameter], prefix: String
  ) throws {
    guard let arguments = node["_args_"], !arguments.isNull else { return }
    guard let values = arguments.list else {
      throw ParameterError.wrongType(key: prefix + "_args_", expected: "a list", arguments)
    }
    guard values.count <= known.count else {
      throw ParameterError.tooManyArguments(
        key: prefix + "_args_", count: values.count, component: canonicalTarget,
        parameters: known.map(\.key), arguments.origin)
    }
    for (position, (value, parameter)) in zip(values, known).enumerated() {
      let place = "\(prefix)_args_[\(position)]"
      if let named = node[parameter.key] {
        throw ParameterError.givenTwice(
          key: prefix + parameter.key, position: place, named.origin ?? value.origin)
      }
      if case .missing = value.value { throw ParameterError.missingValue(key: place, value.origin) }
      try parameter.decode(value, at: "\(place) (\(parameter.key))")
    }
  }
}
