import ConfigTree

/// The tables that `--info` prints.
public struct InfoPrinter: Sendable {
  private let composer: ConfigComposer
  private let configName: String?
  private let overrides: [String]

  /// Describes what a configuration is composed of.
  public init(composer: ConfigComposer, configName: String?, overrides: [String] = []) {
    self.composer = composer
    self.configName = configName
    self.overrides = overrides
  }

  /// The text of a topic.
  ///
  /// Values are merged only where the topic shows them: an override that no list of defaults has to do
  /// with cannot spoil the list.
  ///
  /// - Throws: ``ConfigError``.
  public func text(_ topic: HydraCommandLine.InfoTopic) throws(ConfigError) -> String {
    let lines: [String] =
      switch topic {
      case .all:
        header("Hydra \(ConfigComposer.hydraVersion)", filler: "=") + plugins + (try config())
      case .config: try config()
      case .defaults: defaults(try expanded())
      case .defaultsTree: defaultsTree(try expanded())
      case .plugins: plugins
      case .searchpath: searchPath(try composed())
      }
    return lines.map { $0 + "\n" }.joined()
  }

  private func composed() throws(ConfigError) -> Composition {
    try composer.compose(configName: configName, overrides: overrides)
  }

  private func expanded() throws(ConfigError) -> ExpandedDefaults {
    try composer.expandDefaults(configName: configName, overrides: overrides)
  }

  private func header(_ title: String, filler: String, indent: String = "") -> [String] {
    [indent + title, indent + String(repeating: filler, count: title.count)]
  }

  /// There are no plug-ins to discover: the parts that others can replace in Hydra are fixed here.
  private var plugins: [String] {
    header("Installed Hydra Plugins", filler: "*")
      + header("ConfigSource:", filler: "-", indent: "\t")
      + ["\t\tFileConfigSource", "\t\tStructuredConfigSource"]
      + header("CompletionPlugin:", filler: "-", indent: "\t")
      + ["\t\tBashCompletion", "\t\tZshCompletion"]
      + header("Launcher:", filler: "-", indent: "\t") + ["\t\tBasicLauncher"]
      + header("Sweeper:", filler: "-", indent: "\t") + ["\t\tBasicSweeper"]
  }

  private func config() throws(ConfigError) -> [String] {
    let composition = try composed()
    let defaultsLists = try expanded()
    var yaml = composition.job.yaml()
    if yaml.hasSuffix("\n") { yaml.removeLast() }
    return searchPath(composition) + defaultsTree(defaultsLists) + defaults(defaultsLists)
      + header("Config", filler: "*") + [yaml, ""]
  }

  private func searchPath(_ composition: Composition) -> [String] {
    let rows = composition.sources.map { [$0.provider, "\($0.scheme)://\($0.path)"] }
    return [""] + header("Config search path", filler: "*")
      + table(["Provider", "Search path"], rows)
  }

  private func defaults(_ lists: ExpandedDefaults) -> [String] {
    let rows = lists.configs.map {
      [$0.path, $0.package, $0.isSelf ? "True" : "False", $0.parent ?? ""]
    }
    return [""] + header("Defaults List", filler: "*")
      + table(["Config path", "Package", "_self_", "Parent"], rows, titleEnd: " ")
  }

  private func defaultsTree(_ lists: ExpandedDefaults) -> [String] {
    [""] + header("Defaults Tree", filler: "*") + lists.tree
  }

  private func table(_ titles: [String], _ rows: [[String]], titleEnd: String = "") -> [String] {
    let widths = titles.indices.map { column in
      ([titles] + rows).map { $0[column].count }.max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      let padded = zip(cells, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      return "| " + padded.joined(separator: " | ") + " |"
    }
    let title = line(titles) + titleEnd
    let rule = String(repeating: "-", count: title.count)
    return [title, rule] + rows.map(line) + [rule]
  }
}
