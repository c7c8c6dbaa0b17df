import ConfigTree

/// What can be wrong with a component's configuration. Ends the command with status 2.
public enum ParameterError: Error, ExitStatusProviding {
  case notADictionary(component: String, ConfigOrigin?)
  case noTarget(role: String, ConfigOrigin?)
  case unknownTarget(String, role: String, didYouMean: [String], ConfigOrigin?)
  case unknownKey(String, component: String, didYouMean: String?, ConfigOrigin?)
  case missingValue(key: String, ConfigOrigin?)
  case wrongType(key: String, expected: String, ConfigNode)
  case invalid(key: String, value: String, requirement: String)

  /// Always 2.
  public var exitStatus: Int32 { 2 }
}
