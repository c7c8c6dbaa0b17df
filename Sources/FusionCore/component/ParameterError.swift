import ConfigTree

/// What can be wrong with a component's configuration. Ends the command with status 2.
public enum ParameterError: Error, ExitStatusProviding {
  case notADictionary(key: String, value: String, ConfigOrigin?)
  case noTarget(role: String, ConfigOrigin?)
  case unknownTarget(String, role: String, didYouMean: [String], ConfigOrigin?)
  /// FusionBench has it, this program has not.
  case unavailableTarget(String, role: String, didYouMean: [String], ConfigOrigin?)
  /// No component of any version of FusionBench had this name under `name` or `type`.
  case unknownLegacyName(String, key: String, didYouMean: [String], ConfigOrigin?)
  case unknownKey(String, component: String, didYouMean: String?, ConfigOrigin?)
  case missingValue(key: String, ConfigOrigin?)
  case wrongType(key: String, expected: String, ConfigNode)
  case invalid(key: String, value: String, requirement: String)
  case tooManyArguments(
    key: String, count: Int, component: String, parameters: [String], ConfigOrigin?)
  case givenTwice(key: String, position: String, ConfigOrigin?)
  /// `_partial_` where nothing could call what would be made.
  case partial(key: String, ConfigOrigin?)

  /// Always 2.
  public var exitStatus: Int32 { 2 }
}
