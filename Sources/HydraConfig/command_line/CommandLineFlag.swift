/// A flag of a Hydra application.
public enum CommandLineFlag: String, Sendable, CaseIterable {
  case help = "--help"
  case hydraHelp = "--hydra-help"
  case version = "--version"
  case config = "--cfg"
  case resolve = "--resolve"
  case package = "--package"
  case run = "--run"
  case multirun = "--multirun"
  case shellCompletion = "--shell-completion"
  case configPath = "--config-path"
  case configName = "--config-name"
  case configDirectory = "--config-dir"
  case rerun = "--experimental-rerun"
  case info = "--info"

  /// The flag's other spelling.
  public var short: String? {
    switch self {
    case .help: "-h"
    case .config: "-c"
    case .package: "-p"
    case .run: "-r"
    case .multirun: "-m"
    case .shellCompletion: "-sc"
    case .configPath: "-cp"
    case .configName: "-cn"
    case .configDirectory: "-cd"
    case .info: "-i"
    case .hydraHelp, .version, .resolve, .rerun: nil
    }
  }

  /// Whether a value follows the flag. For `--info` it is optional.
  public var takesValue: Bool {
    switch self {
    case .config, .package, .configPath, .configName, .configDirectory, .rerun, .info: true
    default: false
    }
  }

  /// One line about the flag.
  public var summary: String {
    switch self {
    case .help: "Application's help"
    case .hydraHelp: "Hydra's help"
    case .version: "Show the version and exit"
    case .config: "Show config instead of running [job|hydra|all]"
    case .resolve:
      "Used in conjunction with --cfg, resolve config interpolations before printing."
    case .package: "Config package to show"
    case .run: "Run a job"
    case .multirun: "Run multiple jobs with the configured launcher and sweeper"
    case .shellCompletion: "Install or Uninstall shell completion"
    case .configPath: "Replaces the application's config directory"
    case .configName: "Overrides the name of the primary config"
    case .configDirectory: "Adds an additional config dir to the config search path"
    case .rerun: "Rerun a job from a previous config pickle"
    case .info:
      "Print Hydra information [all|config|defaults|defaults-tree|plugins|searchpath]"
    }
  }

  /// The flag's spellings joined by a character, as messages name it.
  func spellings(_ separator: String) -> String {
    short.map { rawValue + separator + $0 } ?? rawValue
  }
}

// MARK: - Matching

extension CommandLineFlag {
  struct Match {
    var flag: CommandLineFlag
    var value: String?
  }

  /// The flag that an argument means; `nil` if none.
  static func match(_ argument: String) throws(CommandLineError) -> Match? {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    let value = parts.count > 1 ? String(parts[1]) : nil
    for flag in allCases where flag.rawValue == argument || flag.short == argument {
      return Match(flag: flag, value: nil)
    }
    for flag in allCases where value != nil && (flag.rawValue == name || flag.short == name) {
      return Match(flag: flag, value: value)
    }
    guard name.hasPrefix("--") else { return nil }
    let candidates = allCases.filter { $0.rawValue.hasPrefix(name) }
    guard candidates.count <= 1 else {
      throw .ambiguous(argument, candidates.map(\.rawValue))
    }
    return candidates.first.map { Match(flag: $0, value: value) }
  }

  /// The flags that an argument such as `-mr` or `-cjob` bundles: letters without values, then perhaps
  /// one with its value attached; `nil` if that does not work out.
  static func bundle(_ argument: String) -> [Match]? {
    guard !argument.hasPrefix("--") else { return nil }
    var matches: [Match] = []
    var letters = argument.dropFirst()
    while let letter = letters.popFirst() {
      guard let flag = allCases.first(where: { $0.short == "-\(letter)" }) else { return nil }
      if flag.takesValue, !letters.isEmpty {
        return matches + [Match(flag: flag, value: String(letters))]
      }
      matches.append(Match(flag: flag, value: nil))
    }
    return matches.isEmpty ? nil : matches
  }
}
