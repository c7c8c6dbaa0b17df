import ConfigTree
import Wording

extension ParameterError: CustomStringConvertible {
  /// One line for the user.
  public var description: String {
    switch self {
    case .notADictionary(let key, let value, let origin):
      return "\(place(origin))\(key) is \(value), but must be a dictionary"
    case .noTarget(let role, let origin):
      return "\(place(origin))the \(role) configuration has no _target_"
    case .unknownTarget(let target, let role, let suggestions, let origin):
      return "\(place(origin))unknown \(role) '\(target)' in _target_\(hint(suggestions))"
    case .unavailableTarget(let target, let role, let suggestions, let origin):
      return "\(place(origin))\(role) '\(target)' is known from FusionBench, but not available here"
        + hint(suggestions)
    case .unknownLegacyName(let name, let key, let suggestions, let origin):
      return "\(place(origin))\(key)=\(name) is no name of FusionBench 0.1\(hint(suggestions))"
    case .unknownKey(let key, let component, let suggestion, let origin):
      return "\(place(origin))unknown parameter '\(key)' of \(component)"
        + hint(suggestion.map { [$0] } ?? [])
    case .missingValue(let key, let origin):
      return "\(place(origin))\(key) is ???: it must be given, e.g. \(key)=VALUE"
    case .wrongType(let key, let expected, let node):
      let value = oneLine(
        node.value.isContainer ? node.pythonLiteral : node.yaml().trimmingLineEnd())
      return "\(place(node.origin))\(key) is \(value), but must be \(expected)"
    case .invalid(let key, let value, let requirement):
      return "\(key)=\(value): \(requirement)"
    case .tooManyArguments(let key, let count, let component, let parameters, let origin):
      let list = parameters.isEmpty ? "" : ": \(parameters.joined(separator: ", "))"
      return "\(place(origin))\(key) has \(count) value(s), but \(component) takes"
        + " \(parameters.count) at most\(list)"
    case .givenTwice(let key, let position, let origin):
      return "\(place(origin))\(key) is given twice: by name and as \(position)"
    case .partial(let key, let origin):
      return "\(place(origin))\(key) is true, but nothing here could call what would be made;"
        + " remove it or set it to false"
    }
  }

  private func place(_ origin: ConfigOrigin?) -> String { origin.map { "\($0): " } ?? "" }

  private func hint(_ suggestions: [String]) -> String {
    suggestions.isEmpty
      ? "" : "; did you mean \(suggestions.map { "'\($0)'" }.joined(separator: " or "))?"
  }
}

extension String {
  fileprivate func trimmingLineEnd() -> String {
    var text = self[...]
    while text.last?.isNewline == true { text.removeLast() }
    return String(text)
  }
}
