import Checkpoints

extension Component {
  /// Writes `config` as YAML. The file is there whole or not at all.
  ///
  /// - Throws: when it cannot be written.
  public func toYAML(_ path: String) throws { try AtomicFile.write(toYAML(), to: path) }
}

extension BaseAlgorithm {
  /// Makes the method that a YAML file describes: the file itself, or its key `method`.
  ///
  /// Where the file names another class than this one, that class is made, and a line says so.
  ///
  /// - Parameter components: types of one's own that the file may name.
  /// - Throws: `ConfigError`, `ParameterError`.
  public static func fromYAML(
    _ path: String, components: [any Component.Type] = []
  ) throws -> BaseAlgorithm {
    try YAMLComponent.read(path, key: "method", expecting: self, components)
  }
}

extension BaseModelPool {
  /// Makes the model pool that a YAML file describes: the file itself, or its key `modelpool`.
  ///
  /// Where the file names another class than this one, that class is made, and a line says so.
  ///
  /// - Parameter components: types of one's own that the file may name.
  /// - Throws: `ConfigError`, `ParameterError`.
  public static func fromYAML(
    _ path: String, components: [any Component.Type] = []
  ) throws -> BaseModelPool {
    try YAMLComponent.read(path, key: "modelpool", expecting: self, components)
  }
}

extension BaseTaskPool {
  /// Makes the task pool that a YAML file describes: the file itself, or its key `taskpool`.
  ///
  /// Where the file names another class than this one, that class is made, and a line says so.
  ///
  /// - Parameter components: types of one's own that the file may name.
  /// - Throws: `ConfigError`, `ParameterError`.
  public static func fromYAML(
    _ path: String, components: [any Component.Type] = []
  ) throws -> BaseTaskPool {
    try YAMLComponent.read(path, key: "taskpool", expecting: self, components)
  }
}

extension FabricModelFusionProgram {
  /// Makes the program that a YAML file describes.
  ///
  /// - Throws: `ConfigError`, `ParameterError`.
  public static func fromYAML(_ path: String) throws -> FabricModelFusionProgram {
    try instantiate(ConfigFile.load(path))
  }
}

/// Makes components from files.
enum YAMLComponent {
  static func read<C: Component>(
    _ path: String, key: String, expecting expected: C.Type, _ components: [any Component.Type]
  ) throws -> C {
    let root = try ConfigFile.load(path)
    let resolver = InterpolationResolver(context: .system(composition: root))
    let isWhole = root[key]?.dictionary == nil
    let config =
      try isWhole ? resolver.resolve(root) : resolver.select(root, at: key, resolves: true) ?? root
    let modern = try LegacyConfig.modernised(config, role: key) { Log.line($0, level: .warning) }
    let made: C = try Registry([expected] + components + builtinComponents)
      .make(modern, role: isWhole ? "" : key)
    if type(of: made) != expected {
      Log.line(
        "\(path) describes \(type(of: made)), not \(expected): \(type(of: made)) is made",
        level: .warning)
    }
    return made
  }
}
