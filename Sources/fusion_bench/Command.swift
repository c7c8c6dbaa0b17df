import Foundation
import FusionCore
import HydraConfig
import Programs

/// What the command line asks for.
struct Command {
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
    var line = try HydraCommandLine.parse(arguments)
    try line.validate()
    if let path = line.configPath {
      // Relative to where the command is called, as every other path.
      line.configPath = URL(fileURLWithPath: path).standardizedFileURL.path
    }
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
    if line.completesShell { throw CommandError.noShellCompletion }
    let help = HelpPrinter(composer: composer)
    if line.showsHydraHelp {
      return try help.hydraHelp(try composer.compose(configName: nil))
    }
    let composition = try composer.compose(configName: configName, overrides: line.overrides)
    if line.showsHelp { return try help.applicationHelp(composition, resolves: line.resolves) }
    if let topic = line.info { return InfoPrinter(composition).text(topic) }
    return try ConfigPrinter(composition).text(
      line.config ?? .job, package: line.package, resolves: line.resolves)
  }
}
