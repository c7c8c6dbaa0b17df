import ConfigTree

extension ConfigError: CustomStringConvertible {
  /// The error as the user reads it: Hydra's words where Hydra has a message for it.
  public var description: String {
    switch self {
    case .yaml, .yamlLimit, .unsupportedKey, .unreadable, .header, .malformedInterpolation: fileText
    case .primaryNotFound, .primaryNotDictionary, .configPathIsFile, .primaryDirectoryNotFound,
      .additionalDirectoryNotFound, .searchPathNotTexts, .searchPathScheme,
      .searchPathOutsidePrimary:
      searchPathText
    case .optionNotFound, .configNotFound, .groupNotChosen, .unmatchedOverride,
      .unmatchedDeletion, .unresolvedOption:
      choiceText
    case .defaultsNotList, .defaultsItem, .duplicateSelf, .missingConfigDefault, .multipleValues,
      .appearsTwice, .overrideBeforeItem, .overrideInInterpolatedGroup, .interpolatedListItem,
      .deprecatedInterpolation:
      defaultsListText
    default: overrideText
    }
  }

  private static func at(_ position: ConfigOrigin?) -> String {
    guard let position else { return "" }
    guard let line = position.line else { return "\n  in \"\(position.source)\"" }
    let column = position.column.map { ", column \($0)" } ?? ""
    return "\n  in \"\(position.source)\", line \(line)\(column)"
  }

  private static func tabbed(_ lines: [String]) -> String {
    lines.map { "\t" + $0 }.joined(separator: "\n")
  }

  private static func within(_ config: String?) -> String {
    config.map { "In '\($0)': " } ?? ""
  }
}

// MARK: - Files

extension ConfigError {
  private var fileText: String {
    switch self {
    case .yaml(let problem, let position): problem + Self.at(position)
    case .yamlLimit(let what, let limit, let position):
      "more than \(limit) \(what)" + Self.at(position)
    case .unsupportedKey(let type, let position):
      "Incompatible key type '\(type)'"
        + Self.at(position)
    case .unreadable(let path, let reason): "cannot read '\(path)': \(reason)"
    case .header(let problem, let path): "\(problem)\n  in \"\(path)\""
    case .malformedInterpolation(let problem, let key, let position):
      problem + (key.map { "\n    full_key: \($0)" } ?? "") + Self.at(position)
    default: ""
    }
  }

  private var searchPathText: String {
    switch self {
    case .primaryNotFound(let name, let searchPath):
      "Cannot find primary config '\(name)'. Check that it's in your config search path.\n"
        + "\nConfig search path:\n" + Self.tabbed(searchPath)
    case .primaryNotDictionary(let name):
      "primary config '\(name)' must be a DictConfig, got ListConfig"
    case .configPathIsFile(let path):
      "Using config_path to specify the config name is not supported, specify the config name via "
        + "config_name: '\(path)'"
    case .primaryDirectoryNotFound(let path):
      "Primary config directory not found.\n"
        + "Check that the config directory '\(path)' exists and readable"
    case .additionalDirectoryNotFound(let path):
      "Additional config directory '\(path)' not found"
    case .searchPathNotTexts(let value):
      "hydra.searchpath must be a list of strings. Got: \(value)"
    case .searchPathScheme(let scheme):
      "No config source registered for schema \(scheme), supported types : [file, pkg, structured]"
    case .searchPathOutsidePrimary(let config):
      "In '\(config)': Overriding hydra.searchpath is only supported from the primary config"
    default: ""
    }
  }
}

// MARK: - Defaults list

extension ConfigError {
  private var choiceText: String {
    switch self {
    case .optionNotFound(let option, let group, let options, let parent, let searchPath):
      return Self.within(parent) + "Could not find '\(option)'\n"
        + (options.isEmpty
          ? "" : "\nAvailable options in '\(group)':\n" + Self.tabbed(options))
        + "\nConfig search path:\n" + Self.tabbed(searchPath)
    case .configNotFound(let config, let parent, let searchPath):
      return Self.within(parent) + "Could not load '\(config)'.\n"
        + "\nConfig search path:\n" + Self.tabbed(searchPath)
    case .groupNotChosen(let key, let options):
      return "You must specify '\(key)', e.g, \(key)=<OPTION>\nAvailable options:\n"
        + Self.tabbed(options)
    case .unmatchedOverride(let key, let candidates, let config, let value):
      let hint: String =
        switch candidates.count {
        case 0: " No match in the defaults list."
        case 1: "\nDid you mean to override \(candidates[0])?"
        default: "\nDid you mean to override one of \(candidates.joined(separator: ", "))?"
        }
      let remedy = value.map { "\nTo append to your default list use +\(key)=\($0)" } ?? ""
      return Self.within(config) + "Could not override '\(key)'." + hint + remedy
    case .unmatchedDeletion(let text):
      return "Could not delete '\(text)'. No match in the defaults list"
    case .unresolvedOption(let text, let keys):
      let known =
        keys.isEmpty
        ? "" : ", possible interpolation keys: \(keys.joined(separator: ", "))"
      return "Error resolving interpolation '\(text)'\(known)"
    default: return ""
    }
  }

  private var defaultsListText: String {
    switch self {
    case .defaultsNotList(let config, let type):
      "Invalid defaults list in '\(config)', defaults must be a list (got \(type))"
    case .defaultsItem(let problem, let config):
      config.map { "In \($0): \(problem)" } ?? problem
    case .duplicateSelf(let config): "Duplicate _self_ defined in \(config)"
    case .missingConfigDefault(let path): "Missing ConfigDefault is not supported : \(path)"
    case .multipleValues(let key, let previous):
      "Multiple values for \(key). To override a value use 'override \(key): \(previous)'"
    case .appearsTwice(let key):
      "\(key) appears more than once in the final defaults list"
    case .overrideBeforeItem(let config, let key, let value, let next, let nextName):
      "In \(config): Override '\(key) : \(value)' is defined before '\(next): \(nextName)'.\n"
        + "Overrides must be at the end of the defaults list"
    case .overrideInInterpolatedGroup(let config, let key, let value):
      "\(config): Default List Overrides are not allowed in the subtree\n"
        + "of an in interpolated config group (override \(key)=\(value)).\n"
    case .interpolatedListItem(let config):
      "In '\(config)': Defaults List interpolation is not supported in options list items"
    case .deprecatedInterpolation(let key, let value):
      "\nDefaults list element '\(key)=\(value)' is using a deprecated interpolation form.\n"
        + "See http://hydra.cc/docs/1.1/upgrades/1.0_to_1.1/defaults_list_interpolation for "
        + "migration information."
    default: ""
    }
  }
}

// MARK: - Overrides and values

extension ConfigError {
  private var overrideText: String {
    switch self {
    case .override(let text, let error): return Self.syntaxText(text, error)
    case .forceAddOfGroup(let text):
      return "force-add of config groups is not supported: '\(text)'"
    case .groupValueType(let type):
      return "Config group override must be a string or a list. Got \(type)"
    case .groupDeletionValue(let text):
      return "Config group override deletion value must be a string : \(text)"
    case .packageOfValue(let override, let key):
      return "Override \(override) looks like a config group override, but config group '\(key)' "
        + "does not exist."
    case .unknownKey(let key, let override, let problem, let origin):
      return "Could not override '\(key)'.\nTo append to your config use +\(override)\n\(problem)"
        + Self.at(origin)
    case .itemExists(let key, let override):
      return "Could not append to config. An item is already at '\(key)'.\n"
        + "Either remove + prefix: '\(override.dropFirst())'\n"
        + "Or add a second + to add or override '\(key)': '+\(override)'\n"
    case .deletionOfNothing(let key):
      return "Could not delete from config. '\(key)' does not exist."
    case .deletionOfOtherValue(let key, let value, let expected):
      return "Could not delete from config. The value of '\(key)' is \(value) and not \(expected)."
    case .overrideNotMerged(let override, let problem, let origin):
      return "Error merging override \(override)\n\(problem)" + Self.at(origin)
    case .ambiguousSweep(let text):
      return "Ambiguous value for argument '\(text)'\n"
        + "1. To use it as a list, use key=[value1,value2]\n"
        + "2. To use it as string, quote the value: key=\\'value1,value2\\'\n"
        + "3. To sweep over it, add --multirun to your command line"
    case .sweepWithoutMultirun(let text):
      return "Sweep parameters '\(text)' requires --multirun"
    case .sweepOverHydra(let text):
      return "Sweeping over Hydra's configuration is not supported : '\(text)'"
    case .nestedSweep(let text):
      return "A sweep cannot be part of a list, a dictionary or another sweep: '\(text)'\n"
        + "To sweep over lists or dictionaries, write them whole: key=choice([1,2],[3])"
    case .zeroStep(let text): return "range() arg 3 must not be zero: '\(text)'"
    case .tooManyJobs(let limit): return "the sweep has more than \(limit) jobs"
    case .unsupportedSweep(let type): return "BasicSweeper does not support sweep type : \(type)"
    default: return valueText
    }
  }

  private static func syntaxText(_ text: String, _ error: OverrideSyntaxError) -> String {
    let message: String
    switch error {
    case .character(let column):
      let prefix = "LexerNoViableAltException: "
      let blanks = String(repeating: " ", count: prefix.count + column)
      message = "\(prefix)\(text)\n\(blanks)^"
    case .grammar(let problem): message = problem
    case .recovered(let problem), .evaluation(let problem):
      message = "Error parsing override '\(text)'\n\(problem)"
    }
    return message
      + "\nSee https://hydra.cc/docs/1.2/advanced/override_grammar/basic for details"
  }

  private var valueText: String {
    switch self {
    case .merge(let config, let problem, let key, let origin):
      "In '\(config)': \(problem)\n    full_key: \(key)" + Self.at(origin)
    case .interpolation(let problem, let kind, let key, let origin):
      "\(kind): \(problem)" + (key.map { "\n    full_key: \($0)" } ?? "") + Self.at(origin)
    case .missingValue(let key): "Missing mandatory value: \(key)"
    case .packageNotFound(let package): "package '\(package)' not found in config"
    case .exclusiveCommands:
      "Only one of --run, --multirun, --cfg, --info and --shell_completion can be specified"
    case .resolveWithoutConfig:
      "The --resolve flag can only be used in conjunction with --cfg or --help"
    case .helpTemplate(let problem): "Invalid placeholder in the help template: \(problem)"
    default: ""
    }
  }
}
