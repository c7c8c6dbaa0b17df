import ConfigTree

/// The tables that `--info` prints.
public struct InfoPrinter: Sendable {
  private let composition: Composition

  /// Describes a composition.
  public init(_ composition: Composition) {
    self.composition = composition
  }

  /// The text of a topic.
  public func text(_ topic: HydraCommandLine.InfoTopic) -> String {
    let lines: [String] =
      switch topic {
      case .all:
        header("Hydra \(ConfigComposer.hydraVersion)", filler: "=") + plugins + config
      case .config: config
      case .defaults: defaults
      case .defaultsTree: defaultsTree
      case .plugins: plugins
      case .searchpath: searchPath
      }
    return lines.map { $0 + "\n" }.joined()
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

  private var config: [String] {
    var yaml = composition.job.yaml()
    if yaml.hasSuffix("\n") { yaml.removeLast() }
    return searchPath + defaultsTree + defaults + header("Config", filler: "*") + [yaml, ""]
  }

  private var searchPath: [String] {
    let rows = composition.sources.map { [$0.provider, "\($0.scheme)://\($0.path)"] }
    return [""] + header("Config search path", filler: "*")
      + table(["Provider", "Search path"], rows)
  }

  private var defaults: [String] {
    let rows = composition.configs.map {
      [$0.path, $0.package, $0.isSelf ? "True" : "False", $0.parent ?? ""]
    }
    return [""] + header("Defaults List", filler: "*")
      + table(["Config path", "Package", "_self_", "Parent"], rows, titleEnd: " ")
  }

  private var defaultsTree: [String] {
    [""] + header("Defaults Tree", filler: "*") + composition.defaultsTree
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
