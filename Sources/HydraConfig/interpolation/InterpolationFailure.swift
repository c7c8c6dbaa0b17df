import ConfigTree

/// Why an interpolation has no value.
struct InterpolationFailure: Error {
  enum Reason {
    case syntax(String)
    case keyNotFound(String)
    case missing(String)
    case cycle
    case parent
    case outsideOfTree(String)
    case notAContainer(path: String, node: String, child: String)
    case notAnIndex(String)
    case keyNotText(value: String, type: String, source: String)
    case nullKey
    case tooLarge
    case unknownResolver(String)
    case unsupportedPrimitive(String)
    /// A resolver failed; the Python exception that it would raise, and its text.
    case resolver(exception: String, String)
  }

  var reason: Reason
  /// The path of the node that holds the interpolation.
  var key: String?
  var origin: ConfigOrigin?

  init(_ reason: Reason, at node: TreeNode?) {
    self.reason = reason
    key = node?.fullKey
    origin = node?.origin
  }

  /// The same failure at a node, unless a place is known already.
  func located(at node: TreeNode) -> InterpolationFailure {
    guard key == nil else { return self }
    var result = self
    result.key = node.fullKey
    result.origin = node.origin
    return result
  }

  /// The failure in words.
  var message: String {
    switch reason {
    case .syntax(let problem): return problem
    case .keyNotFound(let key): return "Interpolation key '\(key)' not found"
    case .missing(let key):
      return "MissingMandatoryValue while resolving interpolation: Missing mandatory value: \(key)"
    case .cycle: return "Recursive interpolation detected"
    case .parent: return "Interpolation to parent node detected"
    case .outsideOfTree(let path):
      return "ConfigKeyError while resolving interpolation: Error resolving key '\(path)'"
    case .notAContainer(let path, let node, let child):
      return "ConfigTypeError raised while resolving interpolation: Error trying to access "
        + "\(path): node `\(node)` is not a container and thus cannot contain `\(child)`"
    case .notAnIndex(let segment):
      return
        "TypeError raised while resolving interpolation: Index '\(segment)' (str) is not an int"
    case .keyNotText(let value, let type, let source):
      return "The following interpolation is used to denote a config key and thus should return a "
        + "string, but instead returned `\(value)` of type `<class '\(type)'>`: \(source)"
    case .nullKey: return "null is not a key of a dictionary"
    case .tooLarge: return "resolving the interpolations produces too much data"
    case .unknownResolver(let name): return "Unsupported interpolation type \(name)"
    case .unsupportedPrimitive(let type):
      return "Value '\(type)' is not a supported primitive type"
    case .resolver(let exception, let text):
      return "\(exception) raised while resolving interpolation: \(text)"
    }
  }
}
