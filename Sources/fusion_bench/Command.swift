import Foundation
import FusionCore
import HydraConfig
import Programs

/// What the command line asks for.
struct Command: CommandLineJob {
  let line: HydraCommandLine
  let composer: ConfigComposer
  let configName: String

  /// Whether it prints text and runs nothing.
  var onlyPrints: Bool {
    line.config != nil || line.info != nil || line.showsHelp || line.showsHydraHelp
      || line.showsVersion || line.completesShell
  }

  /// Takes the arguments apart.
  ///
  /// - Throws: `CommandLineError`, `ConfigError`, `CommandError`.
  init(_ arguments: [String]) throws {
    let line = try HydraCommandLine.parse(arguments)
    try line.validate()
    if line.rerun != nil { throw CommandError.noRerun }
    let needsFolder = line.configPath == nil && !line.showsVersion
    composer = ConfigComposer(
      sources: try line.sources(
        defaultDirectory: needsFolder ? try ConfigFolder.locate() : nil))
    configName = line.configName ?? ConfigFolder.primary
    self.line = line
  }

  /// The text that the flags ask for.
  ///
  /// - Throws: `ConfigError`, `CommandError`.
  func text() throws -> String {
    if line.showsVersion { return "fusion_bench \(fusionBenchVersion)\n" }
    if line.completesShell { return try completion() }
    let help = HelpPrinter(composer: composer)
    if line.showsHydraHelp {
      return try help.hydraHelp(try composer.compose(configName: nil))
    }
    if let topic = line.info, !line.showsHelp {
      return try InfoPrinter(
        composer: composer, configName: configName, overrides: line.overrides
      ).text(topic)
    }
    let composition = try composer.compose(configName: configName, overrides: line.overrides)
    if line.showsHelp { return try help.applicationHelp(composition, resolves: line.resolves) }
    return try ConfigPrinter(composition).text(
      line.config ?? .job, package: line.package, resolves: line.resolves)
  }

  /// What `--shell-completion` prints: `install=SHELL` and `uninstall=SHELL` a script to evaluate,
  /// `query=SHELL` the candidates for the line that the shell put into `COMP_LINE`.
  private func completion() throws -> String {
    let request = line.overrides.first?.split(separator: "=").map(String.init) ?? []
    guard request.count == 2, let shell = ShellCompletion.Shell(rawValue: request[1]) else {
      throw CommandError.badCompletion(line.overrides.first ?? "")
    }
    switch request[0] {
    case "install": return ShellCompletion.installScript(shell, program: "fusion_bench") + "\n"
    case "uninstall": return ShellCompletion.uninstallScript(program: "fusion_bench") + "\n"
    case "query":
      let typed = ProcessInfo.processInfo.environment["COMP_LINE"] ?? ""
      let arguments = typed.drop { !$0.isWhitespace }.drop { $0.isWhitespace }
      let candidates = ShellCompletion(composer: composer, configName: configName)
        .candidates(String(arguments))
      return candidates.map { $0 + "\n" }.joined()
    default: throw CommandError.badCompletion(line.overrides.first ?? "")
    }
  }
}
