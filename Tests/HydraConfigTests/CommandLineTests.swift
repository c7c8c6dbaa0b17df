import HydraConfig
import Testing

@Suite struct CommandLineTests {
  @Test func `flags may be shortened, joined and mixed with overrides`() throws {
    let line = try HydraCommandLine.parse([
      "a=1", "--cf", "job", "+b=2", "-cn=x", "--config-d", "/d", "-p", "a.b", "--res", "~c",
    ])
    #expect(line.overrides == ["a=1", "+b=2", "~c"])
    #expect(line.config == .job && line.configName == "x" && line.configDirectory == "/d")
    #expect(line.package == "a.b" && line.resolves)
    let bundle = try HydraCommandLine.parse(["-mcall", "--", "--x=1"])
    #expect(bundle.isMultirun && bundle.config == .all && bundle.overrides == ["--x=1"])
  }

  @Test func `info takes an optional topic`() throws {
    #expect(try HydraCommandLine.parse(["-i"]).info == .all)
    #expect(try HydraCommandLine.parse(["--info", "defaults-tree"]).info == .defaultsTree)
    let line = try HydraCommandLine.parse(["--info", "db=pg"])
    #expect(line.info == .all && line.overrides == ["db=pg"])
  }

  private static let malformed: [([String], String)] = [
    (["--bogus", "a=1"], "unrecognized arguments: --bogus"),
    (
      ["--cfg", "foo"],
      "argument --cfg/-c: invalid choice: 'foo' (choose from 'job', 'hydra', 'all')"
    ),
    (["--cfg"], "argument --cfg/-c: expected one argument"),
    (
      ["--config", "x"],
      "ambiguous option: --config could match --config-path, --config-name, --config-dir"
    ),
    (["--multirun=1"], "argument --multirun/-m: ignored explicit argument '1'"),
    (
      ["-i", "nope"],
      "argument --info/-i: invalid choice: 'nope' (choose from 'all', 'config', 'defaults', "
        + "'defaults-tree', 'plugins', 'searchpath')"
    ),
  ]

  @Test(arguments: malformed)
  func `wrong flags are usage errors`(arguments: [String], message: String) {
    #expect {
      try HydraCommandLine.parse(arguments)
    } throws: {
      "\($0)" == message
    }
  }

  @Test func `the usage text ends with the error`() {
    let text = CommandLineError.unrecognized(["--bogus"]).usageText(program: "app.py")
    #expect(
      text == """
        usage: app.py [--help] [--hydra-help] [--version] [--cfg {job,hydra,all}]
                      [--resolve] [--package PACKAGE] [--run] [--multirun]
                      [--shell-completion] [--config-path CONFIG_PATH]
                      [--config-name CONFIG_NAME] [--config-dir CONFIG_DIR]
                      [--experimental-rerun EXPERIMENTAL_RERUN]
                      [--info [{all,config,defaults,defaults-tree,plugins,searchpath}]]
                      [overrides ...]
        app.py: error: unrecognized arguments: --bogus

        """)
  }

  @Test func `contradicting flags are refused`() throws {
    let commands = [["--cfg", "job"], ["-m"], ["-r"], ["-i", "all"], ["-sc", "install=bash"]]
    for (first, second) in zip(commands, commands.dropFirst()) {
      #expect {
        try HydraCommandLine.parse(first + second).validate()
      } throws: {
        "\($0)" == "Only one of --run, --multirun, --cfg, --info and --shell_completion can be "
          + "specified"
      }
    }
    #expect(throws: ConfigError.self) { try HydraCommandLine.parse(["--resolve"]).validate() }
    #expect(throws: Never.self) { try HydraCommandLine.parse(["--resolve", "-h"]).validate() }
  }

  @Test func `a relative config path starts at the application's directory`() throws {
    let line = try HydraCommandLine.parse(["-cp", "other"])
    let sources = try line.sources(defaultDirectory: "/app/config")
    #expect(sources[1] == .directory(provider: "main", path: "/app/other"))
    #expect(sources.first == .builtIn && sources.last == .schema)
  }
}

@Suite struct PrintingTests {
  let directory: ConfigDirectory

  init() throws {
    directory = try SampleTree.directory()
  }

  private func printer(_ overrides: String...) throws -> ConfigPrinter {
    let composer = directory.composer
    return ConfigPrinter(
      try composer.compose(configName: "config", overrides: overrides))
  }

  @Test func `a package is printed with its name, a scalar bare`() throws {
    let printer = try printer()
    #expect(try printer.text(.job, package: "db") == "# @package db\ndriver: mysql\nport: 3306\n")
    #expect(try printer.text(.job, package: "db.port") == "3306\n")
    #expect(try printer.text(.job, package: "alias.c.0") == "1\n")
    #expect(try printer.text(.job, package: "_global_") == printer.text(.job))
    #expect(try printer.text(.all, package: "hydra.job.name") == "app\n")
    for package in ["nope", "nothing", "db.nope", "alias.c.9"] {
      #expect {
        try printer.text(.job, package: package)
      } throws: {
        "\($0)" == "package '\(package)' not found in config"
      }
    }
  }

  @Test func `Hydra's part is printed without its help texts`() throws {
    let text = try printer().text(.hydra)
    #expect(text.hasPrefix("hydra:\n  run:\n    dir: outputs/${now:%Y-%m-%d}/${now:%H-%M-%S}\n"))
    #expect(!text.contains("\n  help:") && !text.contains("\n  hydra_help:"))
    #expect(try printer().text(.all).contains("  hydra_help:\n"))
  }

  @Test func `resolving prints values`() throws {
    #expect(
      try printer("need=1").text(.job, package: "alias", resolves: true)
        == "# @package alias\nc:\n- 1\n- 2\n- d: x\n")
  }

  @Test func `help lists the groups and the configuration`() throws {
    let composer = directory.composer
    let help = HelpPrinter(composer: composer)
    let text = try help.applicationHelp(try composer.compose(configName: "config"))
    #expect(text.hasPrefix("app is powered by Hydra.\n\n== Configuration groups ==\n"))
    #expect(text.contains("\ndb: base, mysql, pg, sqlite\n"))
    #expect(text.contains("\nserver: apache\nserver/logging: debug, info\n"))
    #expect(text.contains("\ndb:\n  driver: mysql\n"))
    #expect(!text.contains("hydra/launcher"))
    let own = try help.hydraHelp(try composer.compose(configName: nil))
    #expect(own.hasPrefix("Hydra (1.3.8)\n"))
    #expect(own.contains("hydra/job_logging: default, disabled, none, stdout\n"))
  }

  @Test func `info shows the tree of defaults and the list of files`() throws {
    let info = InfoPrinter(composer: directory.composer, configName: "interp")
    #expect(
      try info.text(.defaultsTree).hasSuffix(
        """
          interp:
            db: mysql
            server: apache:
              server/logging: debug
              _self_
            comb: mysql_apache
            _self_

        """))
    #expect(
      try info.text(.defaults).contains(
        "| server/apache               | server              | True   | interp        |\n"))
    #expect(
      try info.text(.searchpath).contains("| main     | file://\(directory.path) |\n"))
    #expect(try info.text(.plugins).contains("BasicSweeper"))
    #expect(try info.text(.config).contains("\nConfig\n******\ndb:\n  driver: mysql\n"))
  }

  @Test func `a list of defaults is shown whatever becomes of the values`() throws {
    func info(_ overrides: [String]) -> InfoPrinter {
      InfoPrinter(composer: directory.composer, configName: "config", overrides: overrides)
    }
    let plain = try info([]).text(.defaults)
    for overrides in [["nope=1"], ["lr=1,2"], ["~nothing"], ["hydra.job.num=x"]] {
      #expect(try info(overrides).text(.defaults) == plain)
      #expect(throws: ConfigError.self) { try info(overrides).text(.config) }
      #expect(throws: ConfigError.self) { try info(overrides).text(.searchpath) }
    }
    #expect(throws: ConfigError.self) { try info(["db=oracle"]).text(.defaultsTree) }
    #expect(try info(["db=oracle"]).text(.plugins).contains("BasicSweeper"))
  }
}
