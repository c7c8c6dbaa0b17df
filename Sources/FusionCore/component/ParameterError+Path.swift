extension ParameterError {
  /// The same error, its key counted from further up: `prefix` ends with a dot or is empty.
  public func under(_ prefix: String) -> ParameterError {
    switch self {
    case .unknownKey(let key, let component, let suggestion, let origin):
      .unknownKey(prefix + key, component: component, didYouMean: suggestion, origin)
    case .missingValue(let key, let origin): .missingValue(key: prefix + key, origin)
    case .wrongType(let key, let expected, let node):
      .wrongType(key: prefix + key, expected: expected, node)
    case .invalid(let key, let value, let requirement):
      .invalid(key: prefix + key, value: value, requirement: requirement)
    case .tooManyArguments(let key, let count, let component, let parameters, let origin):
      .tooManyArguments(
        key: prefix + key, count: count, component: component, parameters: parameters, origin)
    case .givenTwice(let key, let position, let origin):
      .givenTwice(key: prefix + key, position: prefix + position, origin)
    case .partial(let key, let origin): .partial(key: prefix + key, origin)
    case .unknownLegacyName(let name, let key, let suggestions, let origin):
      .unknownLegacyName(name, key: prefix + key, didYouMean: suggestions, origin)
    case .notADictionary, .noTarget, .unknownTarget, .unavailableTarget: self
    }
  }
}
