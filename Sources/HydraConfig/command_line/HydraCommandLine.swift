/// The command line of a Hydra application, taken apart.
public struct HydraCommandLine: Sendable, Equatable {
  /// The part of the configuration that `--cfg` shows.
  public enum ConfigPart: String, Sendable, CaseIterable {
    case job, hydra, all
  }

  /// The table that `--info` shows.
  public enum InfoTopic: String, Sendable, CaseIterable {
    case all, config, defaults
    case defaultsTree = "defaults-tree"
    case plugins, searchpath
  }

  /// `--config-name`
  public var configName: String?
  /// `--config-path`
  public var configPath: String?
  /// `--config-dir`
  public var configDirectory: String?
  /// `--cfg`
  public var config: ConfigPart?
  /// `--resolve`
  public var resolves = false
  /// `--package`
  public var package: String?
  /// `--info`
  public var info: InfoTopic?
  /// `--multirun`
  public var isMultirun = false
  /// `--run`
  public var isRun = false
  /// `--help`
  public var showsHelp = false
  /// `--hydra-help`
  public var showsHydraHelp = false
  /// `--version`
  public var showsVersion = false
  /// `--shell-completion`
  public var completesShell = false
  /// `--experimental-rerun`
  public var rerun: String?
  /// Everything that is no flag, in order.
  public var overrides: [String] = []

  /// Nothing given.
  public init() {}
}

// MARK: - Parsing

extension HydraCommandLine {
  /// Takes arguments apart. Overrides may stand anywhere; long flags may be cut short where that stays
  /// clear; `--` ends the flags.
  ///
  /// - Parameter arguments: The arguments without the program's name.
  /// - Throws: ``CommandLineError`` for unknown flags and values.
  public static func parse(_ arguments: [String]) throws(CommandLineError) -> HydraCommandLine {
    var result = HydraCommandLine()
    var unknown: [String] = []
    var rest = arguments[...]
    var onlyOverrides = false
    while let argument = rest.popFirst() {
      if argument == "--", !onlyOverrides {
        onlyOverrides = true
      } else if onlyOverrides || !isFlag(argument) {
        result.overrides.append(argument)
      } else if let match = try CommandLineFlag.match(argument) {
        try result.apply(match, rest: &rest)
      } else if let bundle = CommandLineFlag.bundle(argument) {
        for match in bundle { try result.apply(match, rest: &rest) }
      } else {
        unknown.append(argument)
      }
    }
    guard unknown.isEmpty else { throw .unrecognized(unknown) }
    return result
  }

  /// Whether an argument looks like a flag: a dash and something that is neither a number nor blank.
  private static func isFlag(_ argument: String) -> Bool {
    guard argument.hasPrefix("-"), argument.count > 1 else { return false }
    let isNumber = argument.dropFirst().allSatisfy { $0.isASCII && $0.isNumber || $0 == "." }
    if isNumber, argument.dropFirst().contains(where: \.isNumber) { return false }
    return !argument.contains(" ")
  }

  private mutating func apply(
    _ match: CommandLineFlag.Match, rest: inout ArraySlice<String>
  ) throws(CommandLineError) {
    let flag = match.flag
    guard flag.takesValue else {
      guard match.value == nil else {
        throw .invalidArgument(flag, "ignored explicit argument '\(match.value ?? "")'")
      }
      return set(flag)
    }
    if let value = match.value { return try set(flag, value) }
    if let next = rest.first, next != "--", !Self.isFlag(next) {
      if flag == .info, InfoTopic(rawValue: next) == nil, next.contains("=") {
        // `--info db=pg`: the override is no topic.
        return try set(flag, InfoTopic.all.rawValue)
      }
      rest = rest.dropFirst()
      return try set(flag, next)
    }
    guard flag == .info else { throw .invalidArgument(flag, "expected one argument") }
    try set(flag, InfoTopic.all.rawValue)
  }

  private mutating func set(_ flag: CommandLineFlag) {
    switch flag {
    case .help: showsHelp = true
    case .hydraHelp: showsHydraHelp = true
    case .version: showsVersion = true
    case .resolve: resolves = true
    case .run: isRun = true
    case .multirun: isMultirun = true
    case .shellCompletion: completesShell = true
    default: break
    }
  }

  private mutating func set(
    _ flag: CommandLineFlag, _ value: String
  ) throws(CommandLineError) {
    switch flag {
    case .config:
      guard let part = ConfigPart(rawValue: value) else {
        throw .invalidChoice(flag, value, ConfigPart.allCases.map(\.rawValue))
      }
      config = part
    case .info:
      guard let topic = InfoTopic(rawValue: value) else {
        throw .invalidChoice(flag, value, InfoTopic.allCases.map(\.rawValue))
      }
      info = topic
    case .package: package = value
    case .configPath: configPath = value
    case .configName: configName = value
    case .configDirectory: configDirectory = value
    case .rerun: rerun = value
    default: break
    }
  }
}

// MARK: - Consequences

extension HydraCommandLine {
  /// Throws if flags contradict each other.
  public func validate() throws(ConfigError) {
    guard !showsHelp else { return }
    if resolves, config == nil { throw .resolveWithoutConfig }
    let commands = [isRun, config != nil, isMultirun, completesShell, info != nil]
    if !showsHydraHelp, commands.count(where: { $0 }) > 1 { throw .exclusiveCommands }
    if let configPath, configPath.hasSuffix(".yaml") { throw .configPathIsFile(configPath) }
  }

  /// The search path that the flags ask for.
  ///
  /// - Parameters:
  ///   - defaultDirectory: The application's own configuration directory, absolute.
  ///   - Returns: The sources, in search order.
  public func sources(defaultDirectory: String?) throws(ConfigError) -> [ConfigSource] {
    let main = configPath.map { Self.resolve($0, beside: defaultDirectory) } ?? defaultDirectory
    var additional: [String] = []
    if let configDirectory {
      let path = ConfigComposer.absolute(configDirectory)
      guard ConfigRepository.kind(of: path) == .directory else {
        throw .additionalDirectoryNotFound(path)
      }
      additional.append(path)
    }
    return ConfigComposer.sources(main: main, additional: additional)
  }

  /// A relative path starts where the application's own configuration lies; where nothing is there, in
  /// the current directory.
  private static func resolve(_ path: String, beside directory: String?) -> String {
    guard !path.hasPrefix("/"), let directory else { return ConfigComposer.absolute(path) }
    let beside = ConfigComposer.absolute(directory + "/../" + path)
    let here = ConfigComposer.absolute(path)
    let isOnlyHere =
      ConfigRepository.kind(of: beside) != .directory
      && ConfigRepository.kind(of: here) == .directory
    return isOnlyHere ? here : beside
  }
}
