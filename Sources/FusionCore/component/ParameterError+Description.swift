import ConfigTree
import Wording

extension ParameterError: CustomStringConvertible {
  /// One line for the user.
  public var description: String {
    switch self {
    case .notADictionary(let component, let origin):
      return "\(place(origin))the configuration of \(component) is not a dictionary"
    case .noTarget(let role, let origin):
      return "\(place(origin))the \(role) configuration has no _target_"
    case .unknownTarget(let target, let role, let suggestions, let origin):
      let hint =
        suggestions.isEmpty
        ? "" : "; did you mean \(suggestions.map { "'\($0)'" }.joined(separator: " or "))?"
      return "\(place(origin))unknown \(role) '\(target)' in _target_\(hint)"
    case .unknownKey(let key, let component, let suggestion, let origin):
      let hint = suggestion.map { "; did you mean '\($0)'?" } ?? ""
      return "\(place(origin))unknown parameter '\(key)' of \(component)\(hint)"
    case .missingValue(let key, let origin):
      return "\(place(origin))\(key) is ???: it must be given, e.g. \(key)=VALUE"
    case .wrongType(let key, let expected, let node):
      let value = oneLine(
        node.value.isContainer ? node.pythonLiteral : node.yaml().trimmingLineEnd())
      return "\(place(node.origin))\(key) is \(value), but must be \(expected)"
    case .invalid(let key, let value, let requirement):
      return "\(key)=\(value): \(requirement)"
    }
  }

  private func place(_ origin: ConfigOrigin?) -> String { origin.map { "\($0): " } ?? "" }
}

extension String {
  fileprivate func trimmingLineEnd() -> String {
    var text = self[...]
    while text.last?.isNewline == true { text.removeLast() }
    return String(text)
  }
}
