/// The configuration files that every Hydra application has.
enum BuiltInConfig {
  /// Files by path, without extension.
  static let files: [String: String] = [
    "hydra/env/default": "",
    "hydra/output/default": """
    # @package hydra
    run:
      dir: outputs/${now:%Y-%m-%d}/${now:%H-%M-%S}
    sweep:
      dir: multirun/${now:%Y-%m-%d}/${now:%H-%M-%S}
      subdir: ${hydra.job.num}
    """,
    "hydra/help/default": """
    app_name: ${hydra.job.name}
    header: |
      ${hydra.help.app_name} is powered by Hydra.
    footer: |
      Powered by Hydra (https://hydra.cc)
      Use --hydra-help to view Hydra specific help
    template: |
      ${hydra.help.header}
      == Configuration groups ==
      Compose your configuration from those groups (group=option)

      $APP_CONFIG_GROUPS

      == Config ==
      Override anything in the config (foo.bar=value)

      $CONFIG

      ${hydra.help.footer}

    """,
    "hydra/hydra_help/default": """
    template: |
      Hydra (${hydra.runtime.version})
      See https://hydra.cc for more info.

      == Flags ==
      $FLAGS_HELP

      == Configuration groups ==
      Compose your configuration from those groups (For example, append hydra/job_logging=disabled to command line)

      $HYDRA_CONFIG_GROUPS

      Use '--cfg hydra' to Show the Hydra config.

    """,
    "hydra/hydra_logging/default": logging(
      format: "[%(asctime)s][HYDRA] %(message)s",
      extra: "loggers: {logging_example: {level: DEBUG}}"),
    "hydra/hydra_logging/hydra_debug": """
    version: 1
    formatters:
      simple:
        format: '[%(asctime)s][%(name)s][%(levelname)s] - %(message)s'
    handlers:
      file:
        class: logging.FileHandler
        mode: w
        formatter: simple
        filename: hydra-${hydra.job.name}.log
        delay: true
    root:
      level: ERROR
      handlers: [file]
    loggers:
      hydra:
        level: DEBUG
    disable_existing_loggers: false
    """,
    "hydra/hydra_logging/disabled": disabledLogging,
    "hydra/hydra_logging/none": noLogging,
    "hydra/job_logging/default": """
    version: 1
    formatters:
      simple:
        format: '[%(asctime)s][%(name)s][%(levelname)s] - %(message)s'
    handlers:
      console:
        class: logging.StreamHandler
        formatter: simple
        stream: ext://sys.stdout
      file:
        class: logging.FileHandler
        formatter: simple
        filename: ${hydra.runtime.output_dir}/${hydra.job.name}.log
    root:
      level: INFO
      handlers: [console, file]
    disable_existing_loggers: false
    """,
    "hydra/job_logging/stdout": logging(format: "%(message)s", extra: ""),
    "hydra/job_logging/disabled": disabledLogging,
    "hydra/job_logging/none": noLogging,
  ]

  /// The typed files, which any other source may replace.
  static let schema: [String: String] = [
    "hydra/launcher/basic": """
    # @package hydra.launcher
    _target_: hydra._internal.core_plugins.basic_launcher.BasicLauncher
    """,
    "hydra/sweeper/basic": """
    # @package hydra.sweeper
    _target_: hydra._internal.core_plugins.basic_sweeper.BasicSweeper
    max_batch_size: null
    params: null
    """,
    "hydra/config": """
    defaults:
      - output: default
      - launcher: basic
      - sweeper: basic
      - help: default
      - hydra_help: default
      - hydra_logging: default
      - job_logging: default
      - callbacks: null
      - env: default
    mode: null
    searchpath: []
    run: {dir: '???'}
    sweep: {dir: '???', subdir: '???'}
    hydra_logging: ???
    job_logging: ???
    sweeper: ???
    launcher: ???
    callbacks: {}
    help: {app_name: '???', header: '???', footer: '???', template: '???'}
    hydra_help: {hydra_help: '???', template: '???'}
    output_subdir: .hydra
    overrides: {hydra: [], task: []}
    job:
      name: ???
      chdir: null
      override_dirname: ???
      id: ???
      num: ???
      config_name: ???
      env_set: {}
      env_copy: []
      config: {override_dirname: {kv_sep: '=', item_sep: ',', exclude_keys: []}}
    runtime:
      version: ???
      version_base: ???
      cwd: ???
      config_sources: ???
      output_dir: ???
      choices: {}
    verbose: false
    """,
  ]

  private static let disabledLogging = """
    version: 1
    root:
      level: ERROR
    disable_existing_loggers: true
    """

  private static let noLogging = """
    version: 1
    root: null
    disable_existing_loggers: false
    """

  private static func logging(format: String, extra: String) -> String {
    """
    version: 1
    formatters:
      simple:
        format: '\(format)'
    handlers:
      console:
        class: logging.StreamHandler
        formatter: simple
        stream: ext://sys.stdout
    root:
      level: INFO
      handlers: [console]
    \(extra)
    disable_existing_loggers: false
    """
  }
}
