/// Makes methods as FusionBench 0.1 did; `instantiate` is what new code calls.
public enum AlgorithmFactory {
  /// The names that `name:` may give.
  public static var availableAlgorithms: [String] { LegacyConfig.names(role: "method") }

  /// Makes the method of a configuration of 0.1 or later.
  ///
  /// - Throws: `ParameterError`.
  public static func createAlgorithm(_ config: ConfigNode) throws -> BaseAlgorithm {
    try Registry(builtinMethods).make(
      try LegacyConfig.modernised(config, role: "method") { Log.line($0, level: .warning) },
      role: "method")
  }
}

/// Makes model pools as FusionBench 0.1 did; `instantiate` is what new code calls.
public enum ModelPoolFactory {
  /// The names that `type:` may give.
  public static var availableModelPools: [String] { LegacyConfig.names(role: "modelpool") }

  /// Makes the model pool of a configuration of 0.1 or later.
  ///
  /// - Throws: `ParameterError`, `PoolError`.
  public static func createModelPool(_ config: ConfigNode) throws -> BaseModelPool {
    try Registry(builtinModelPools).make(
      try LegacyConfig.modernised(config, role: "modelpool") { Log.line($0, level: .warning) },
      role: "modelpool")
  }
}

/// Makes task pools as FusionBench 0.1 did; `instantiate` is what new code calls.
public enum TaskPoolFactory {
  /// The names that `type:` may give.
  public static var availableTaskPools: [String] { LegacyConfig.names(role: "taskpool") }

  /// Makes the task pool of a configuration of 0.1 or later.
  ///
  /// - Throws: `ParameterError`.
  public static func createTaskPool(_ config: ConfigNode) throws -> BaseTaskPool {
    try Registry(builtinTaskPools).make(
      try LegacyConfig.modernised(config, role: "taskpool") { Log.line($0, level: .warning) },
      role: "taskpool")
  }
}
