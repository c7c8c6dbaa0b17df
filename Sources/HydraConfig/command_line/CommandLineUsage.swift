/// The usage lines of a Hydra application.
public enum CommandLineUsage {
  /// `usage: program [--help] …`, broken at 80 columns.
  public static func usage(program: String) -> String {
    let parts = CommandLineFlag.allCases.map(part) + ["[overrides ...]"]
    let opening = "usage: \(program) "
    var lines: [String] = []
    var line = opening
    for part in parts {
      if line.count + part.count > 78, line.contains("[") {
        lines.append(line)
        line = String(repeating: " ", count: opening.count)
      }
      line += line.hasSuffix(" ") ? part : " " + part
    }
    return (lines + [line]).joined(separator: "\n")
  }

  private static func part(_ flag: CommandLineFlag) -> String {
    switch flag {
    case .config: "[--cfg {job,hydra,all}]"
    case .info: "[--info [{all,config,defaults,defaults-tree,plugins,searchpath}]]"
    default: flag.takesValue ? "[\(flag.rawValue) \(flag.placeholder)]" : "[\(flag.rawValue)]"
    }
  }
}

extension CommandLineFlag {
  fileprivate var placeholder: String {
    rawValue.drop { $0 == "-" }.map { $0 == "-" ? "_" : String($0).uppercased() }.joined()
  }
}
