import HydraConfig
import Testing

/// The texts of all kinds of errors, as Hydra words them.
@Suite struct ErrorTextTests {
  let directory: ConfigDirectory

  init() throws {
    directory = try SampleTree.directory()
  }

  private static let searchPath = """
    Config search path:
    \tprovider=hydra, path=pkg://hydra.conf
    \tprovider=main, path=file://DIR
    \tprovider=schema, path=structured://
    """

  private static let overrideErrors: [(String, String)] = [
    (
      "foo=1",
      "Could not override 'foo'.\nTo append to your config use +foo=1\n"
        + "Key 'foo' is not in struct\n    full_key: foo\n    object_type=dict"
    ),
    (
      "alias.c=9",
      "Could not override 'alias.c'.\nTo append to your config use +alias.c=9\n"
        + "Key 'c' is not in struct\n    full_key: alias.c\n    object_type=dict"
    ),
    (
      "db=oracle",
      "In 'config': Could not find 'db/oracle'\n\nAvailable options in 'db':\n\tbase\n\tmysql\n"
        + "\tpg\n\tsqlite\n\(Self.searchPath)"
    ),
    (
      "server=apache",
      "Could not override 'server'. No match in the defaults list.\n"
        + "To append to your default list use +server=apache"
    ),
    (
      "db@x=pg",
      "Could not override 'db@x'.\nDid you mean to override one of db, db@backup?\n"
        + "To append to your default list use +db@x=pg"
    ),
    ("+db=pg", "Multiple values for db. To override a value use 'override db: pg'"),
    ("++db=pg", "force-add of config groups is not supported: '++db=pg'"),
    ("db=null", "Config group override must be a string or a list. Got NoneType"),
    ("db=3", "Config group override must be a string or a list. Got int"),
    (
      "n@m=1",
      "Override n@m=1 looks like a config group override, but config group 'n' does not exist."
    ),
    (
      "+name=x",
      "Could not append to config. An item is already at 'name'.\n"
        + "Either remove + prefix: 'name=x'\nOr add a second + to add or override 'name': "
        + "'++name=x'\n"
    ),
    ("~nope", "Could not delete from config. 'nope' does not exist."),
    ("~nothing", "Could not delete from config. 'nothing' does not exist."),
    ("~lr=2", "Could not delete from config. The value of 'lr' is 0.001 and not 2."),
    ("~db=pg", "Could not delete 'db=pg'. No match in the defaults list"),
    ("~list_group", "Could not delete 'list_group'. No match in the defaults list"),
    (
      "list.5=z",
      "Error merging override list.5=z\nlist index out of range\n    full_key: list[5]\n"
        + "    object_type=list\n  in \"DIR/config.yaml\", line 14, column 7"
    ),
    (
      "nested=[1]",
      "Error merging override nested=[1]\nCannot merge DictConfig with ListConfig\n"
        + "    full_key: nested"
    ),
    (
      "hydra.job.num=abc",
      "Error merging override hydra.job.num=abc\n"
        + "Value 'abc' of type 'str' could not be converted to Integer\n"
        + "    full_key: hydra.job.num"
    ),
    (
      "hydra.run.dir=null",
      "Error merging override hydra.run.dir=null\nfield 'hydra.run.dir' is not Optional\n"
        + "    full_key: hydra.run.dir"
    ),
    (
      "hydra.nope=1",
      "Could not override 'hydra.nope'.\nTo append to your config use +hydra.nope=1\n"
        + "Key 'nope' not in 'HydraConf'\n    full_key: hydra.nope\n    object_type=HydraConf"
    ),
    (
      "~hydra.run",
      "Error merging override ~hydra.run\nHydraConf (DictConfig) does not support deletion\n"
        + "    full_key: hydra.run"
    ),
    (
      "hydra/launcher=nope",
      "In 'hydra/config': Could not find 'hydra/launcher/nope'\n\n"
        + "Available options in 'hydra/launcher':\n\tbasic\n\(Self.searchPath)"
    ),
    (
      "a=1,2",
      "Ambiguous value for argument 'a=1,2'\n1. To use it as a list, use key=[value1,value2]\n"
        + "2. To use it as string, quote the value: key=\\'value1,value2\\'\n"
        + "3. To sweep over it, add --multirun to your command line"
    ),
    (
      "a=[choice(1,2)]",
      "A sweep cannot be part of a list, a dictionary or another sweep: 'a=[choice(1,2)]'\n"
        + "To sweep over lists or dictionaries, write them whole: key=choice([1,2],[3])"
    ),
    ("a=range(3)", "Sweep parameters 'a=range(3)' requires --multirun"),
    (
      "hydra.job.env_set=3",
      "Error merging override hydra.job.env_set=3\nCannot assign int to Dict[str, str]\n"
        + "    full_key: hydra.job.env_set"
    ),
    (
      "hydra.job.env_copy=x",
      "Error merging override hydra.job.env_copy=x\n"
        + "Invalid value assigned: str is not a ListConfig, list or tuple.\n"
        + "    full_key: hydra.job.env_copy"
    ),
    (
      "hydra.run=3",
      "Error merging override hydra.run=3\n"
        + "Invalid type assigned: int is not a subclass of RunDir. value: 3\n"
        + "    full_key: hydra.run"
    ),
    (
      "hydra.job_logging=x",
      "Error merging override hydra.job_logging=x\nCannot assign str to Dict[str, Any]\n"
        + "    full_key: hydra.job_logging"
    ),
    (
      "hydra.sweeper.max_batch_size=x",
      "Error merging override hydra.sweeper.max_batch_size=x\n"
        + "Value 'x' of type 'str' could not be converted to Integer\n"
        + "    full_key: hydra.sweeper.max_batch_size"
    ),
    (
      "hydra.job.chdir=1.5",
      "Error merging override hydra.job.chdir=1.5\nValue '1.5' is not a valid bool (type float)\n"
        + "    full_key: hydra.job.chdir"
    ),
    (
      "hydra.mode=1.5",
      "Error merging override hydra.mode=1.5\n"
        + "Value 1.5 (float) is not a valid input for <enum 'RunMode'>\n    full_key: hydra.mode"
    ),
    (
      "foo=${a b}",
      "Could not override 'foo'.\nTo append to your config use +foo=${a b}\n"
        + "Key 'foo' is not in struct\n    full_key: foo\n    object_type=dict"
    ),
    (
      "name=${a b}",
      "Error merging override name=${a b}\ntoken recognition error at: ' b'\n    full_key: name"
    ),
    (
      "~list.x",
      "Error merging override ~list.x\nIndex 'x' (str) is not an int\n    full_key: list.x"
    ),
    (
      "hydra.searchpath=[foo://x]",
      "No config source registered for schema foo, supported types : [file, pkg, structured]"
    ),
    ("hydra.searchpath=5", "hydra.searchpath must be a list of strings. Got: 5"),
  ]

  @Test(arguments: overrideErrors)
  func `an override that cannot be applied says why`(override: String, message: String) {
    #expect(directory.error([override]) == message)
  }

  private static let defaultsErrors: [(String, String)] = [
    (
      "nope",
      "Cannot find primary config 'nope'. Check that it's in your config search path.\n\n"
        + Self.searchPath
    ),
    (
      "missing",
      "You must specify 'db', e.g, db=<OPTION>\nAvailable options:\n\tbase\n\tmysql\n\tpg\n\tsqlite"
    ),
    ("self2", "Duplicate _self_ defined in self2"),
    ("deflist", "Invalid defaults list in 'deflist', defaults must be a list (got mapping)"),
    ("defint", "Unsupported item value in defaults : int. Supported: string or list"),
    ("defbool", "Unsupported item value in defaults : bool. Supported: string or list"),
    (
      "order",
      "In order: Override 'db : pg' is defined before 'db: mysql'.\n"
        + "Overrides must be at the end of the defaults list"
    ),
    ("onlyoverride", "In 'onlyoverride': Could not override 'db'. No match in the defaults list."),
    ("nofile", "In 'nofile': Could not load 'nothere'.\n\n\(Self.searchPath)"),
    (
      "conflict",
      "In 'conflict': ConfigTypeError raised while composing config:\n"
        + "Cannot merge DictConfig with ListConfig\n    full_key: a\n"
        + "  in \"DIR/conflict.yaml\", line 4, column 4"
    ),
    ("twice", "Multiple values for db. To override a value use 'override db: mysql'"),
    ("twicesame", "db appears more than once in the final defaults list"),
    ("circle", "In circle: the defaults lists refer to each other in a circle"),
  ]

  @Test(arguments: defaultsErrors)
  func `a defaults list that cannot be expanded says why`(config: String, message: String) {
    #expect(directory.error(config: config) == message)
  }

  @Test func `missing directories are named`() throws {
    let composer = ConfigComposer(searchPath: ["/no/such/place"])
    #expect {
      try composer.compose(configName: "config")
    } throws: {
      "\($0)" == "Primary config directory not found.\n"
        + "Check that the config directory '/no/such/place' exists and readable"
    }
    let line = try HydraCommandLine.parse(["--config-dir", "/no/such/place"])
    #expect {
      try line.sources(defaultDirectory: directory.path)
    } throws: {
      "\($0)" == "Additional config directory '/no/such/place' not found"
    }
    let file = try HydraCommandLine.parse(["--config-path", "/x/config.yaml"])
    #expect(throws: ConfigError.self) { try file.validate() }
  }

  @Test func `a head of a sweep tolerates open groups but no sweep over Hydra's part`() throws {
    let composer = directory.composer
    let open = try composer.compose(configName: "missing", mode: .multirun)
    #expect(open.job.yaml() == "a: 1\n")
    #expect {
      try composer.compose(
        configName: "config", overrides: ["hydra.verbose=true,false"], mode: .multirun)
    } throws: {
      "\($0)" == "Sweeping over Hydra's configuration is not supported : 'hydra.verbose=true,false'"
    }
  }
}
