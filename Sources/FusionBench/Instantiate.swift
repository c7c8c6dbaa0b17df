/// Everything that `_target_` can name: methods, model pools, task pools, the main program.
public var builtinComponents: [any Component.Type] {
  builtinMethods + builtinModelPools + builtinTaskPools + [FabricModelFusionProgram.self]
}

/// Makes what a configuration describes.
///
/// ```swift
/// let algorithm: BaseAlgorithm = try instantiate(ConfigFile.load("task_arithmetic.yaml"))
/// ```
///
/// - Parameters:
///   - config: a dictionary with `_target_` and parameters; its interpolations are resolved first.
///   - components: types of one's own that `_target_` may name besides the built-in ones.
/// - Throws: `ParameterError`, also where a component of another kind is described; `ConfigError`.
public func instantiate<C>(
  _ config: ConfigNode, as: C.Type = C.self, components: [any Component.Type] = []
) throws -> C {
  let config = try InterpolationResolver(context: .system(composition: config)).resolve(config)
  let made = try Registry(components + builtinComponents).instantiate(config)
  guard let component = made as? C else {
    throw ParameterError.wrongType(
      key: "_target_", expected: "the name of a \(C.self)", config["_target_"] ?? config)
  }
  return component
}
