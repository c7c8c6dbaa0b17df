import ConfigTree

/// Everything that can be wrong with a configuration or with the overrides of a command line.
public enum ConfigError: Error, Sendable {
  // MARK: Files
  /// A file is not the YAML that configurations are written in.
  case yaml(problem: String, position: ConfigOrigin)
  /// A file is larger, deeper or expands further than allowed.
  case yamlLimit(what: String, limit: Int, position: ConfigOrigin)
  /// A key of a kind that dictionaries do not take.
  case unsupportedKey(String, position: ConfigOrigin)
  /// A file could not be read.
  case unreadable(path: String, reason: String)
  /// A `# @…` header that is not `# @key value`.
  case header(problem: String, path: String)

  // MARK: Search path and primary configuration
  case primaryNotFound(name: String, searchPath: [String])
  case primaryNotDictionary(name: String)
  case configPathIsFile(String)
  case primaryDirectoryNotFound(String)
  case additionalDirectoryNotFound(String)
  case searchPathNotTexts(String)
  case searchPathScheme(String)
  case searchPathOutsidePrimary(config: String)

  // MARK: Defaults list
  case optionNotFound(
    option: String, group: String, options: [String], parent: String?, searchPath: [String])
  case configNotFound(config: String, parent: String?, searchPath: [String])
  case defaultsNotList(config: String, type: String)
  case defaultsItem(problem: String, config: String?)
  case duplicateSelf(config: String)
  case groupNotChosen(key: String, options: [String])
  case missingConfigDefault(String)
  case multipleValues(key: String, previous: String)
  case appearsTwice(key: String)
  case overrideBeforeItem(
    config: String, key: String, value: String, next: String, nextName: String)
  case overrideInInterpolatedGroup(config: String, key: String, value: String)
  case interpolatedListItem(config: String)
  case unresolvedOption(text: String, keys: [String])
  case deprecatedInterpolation(key: String, value: String)
  case unmatchedOverride(
    key: String, candidates: [String], config: String?, value: String?)
  case unmatchedDeletion(String)

  // MARK: Overrides
  case override(String, OverrideSyntaxError)
  case forceAddOfGroup(String)
  case groupValueType(String)
  case groupDeletionValue(String)
  case packageOfValue(override: String, key: String)
  case unknownKey(key: String, override: String, problem: String, origin: ConfigOrigin?)
  case itemExists(key: String, override: String)
  case deletionOfNothing(String)
  case deletionOfOtherValue(key: String, value: String, expected: String)
  case overrideNotMerged(override: String, problem: String, origin: ConfigOrigin?)
  case ambiguousSweep(String)
  case sweepWithoutMultirun(String)
  case sweepOverHydra(String)
  case nestedSweep(String)
  case unsupportedSweep(String)
  case tooManyJobs(limit: Int)
  case zeroStep(String)

  // MARK: Merging and interpolation
  case merge(config: String, problem: String, key: String, origin: ConfigOrigin?)
  case malformedInterpolation(problem: String, key: String?, origin: ConfigOrigin?)
  case interpolation(problem: String, kind: String, key: String?, origin: ConfigOrigin?)
  case missingValue(key: String)

  // MARK: Output
  case packageNotFound(String)
  case exclusiveCommands
  case resolveWithoutConfig
  case helpTemplate(String)
}
