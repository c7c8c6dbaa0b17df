import ConfigTree

/// Resolves the interpolations of a configuration, as `OmegaConf.resolve` does.
public struct InterpolationResolver: Sendable {
  /// Clock, environment and Hydra's tree.
  public var context: ResolverContext
  /// Bounds on the result.
  public var limits: ConfigLimits
  /// Receives remarks such as that of `oc.deprecated`.
  public var onWarning: (@Sendable (String) -> Void)?

  /// A resolver with the given sources.
  public init(context: ResolverContext, limits: ConfigLimits = ConfigLimits()) {
    self.context = context
    self.limits = limits
  }

  /// The tree with every interpolation replaced by its value. Interpolations that lead to `???` become
  /// `???`; origins stay those of the interpolations.
  ///
  /// - Throws: ``ConfigError/interpolation(problem:kind:key:origin:)``.
  public func resolve(_ root: ConfigNode) throws(ConfigError) -> ConfigNode {
    try DeepStack.run { () throws(ConfigError) in
      let tree = TreeNode(root)
      try resolveAll(below: tree)
      return tree.resolvedConfigNode
    }
  }

  /// The value at a path, following interpolations on the way.
  ///
  /// - Parameters:
  ///   - path: A dotted path.
  ///   - resolves: Whether to resolve what lies below; interpolations may lead anywhere in the tree.
  /// - Returns: `nil` if nothing is there.
  public func select(
    _ root: ConfigNode, at path: String, resolves: Bool
  ) throws(ConfigError) -> ConfigNode? {
    try DeepStack.run { () throws(ConfigError) in
      try selectHere(root, at: path, resolves: resolves)
    }
  }

  private func selectHere(
    _ root: ConfigNode, at path: String, resolves: Bool
  ) throws(ConfigError) -> ConfigNode? {
    let tree = TreeNode(root)
    let engine = InterpolationEngine(context: context, limits: limits)
    do {
      var memo: InterpolationEngine.Memo = []
      let found = try engine.select(path, in: tree, throwsOnMissing: false, memo: &memo)
      guard let found else { return nil }
      guard resolves else { return found.configNode }
      try engine.resolveAll(found)
      return found.resolvedConfigNode
    } catch {
      switch error.reason {
      case .notAContainer, .notAnIndex: return nil
      default: throw error.configError
      }
    }
  }

  private func resolveAll(below tree: TreeNode) throws(ConfigError) {
    let engine = InterpolationEngine(context: context, limits: limits)
    do {
      try engine.resolveAll(tree)
      if let onWarning { engine.warnings.forEach(onWarning) }
    } catch {
      throw error.configError
    }
  }
}

extension InterpolationFailure {
  var configError: ConfigError {
    .interpolation(problem: message, kind: kind, key: key, origin: origin)
  }

  private var kind: String {
    switch reason {
    case .syntax: "GrammarParseError"
    case .keyNotFound, .outsideOfTree: "InterpolationKeyError"
    case .missing: "InterpolationToMissingValueError"
    case .unknownResolver: "UnsupportedInterpolationType"
    case .unsupportedPrimitive: "UnsupportedValueType"
    default: "InterpolationResolutionError"
    }
  }
}

extension Composition {
  /// The context that resolves this composition: its `${hydra:…}` reads the composition itself.
  public var resolverContext: ResolverContext {
    var result = context
    result.composition = root
    return result
  }

  /// The job's configuration with all interpolations resolved.
  public func resolvedJob() throws(ConfigError) -> ConfigNode {
    try InterpolationResolver(context: resolverContext).resolve(job)
  }

  /// A resolved value of Hydra's configuration, such as `run.dir`; `nil` if nothing is there.
  public func resolvedHydra(at path: String) throws(ConfigError) -> ConfigNode? {
    try InterpolationResolver(context: resolverContext)
      .select(root, at: "hydra." + path, resolves: true)
  }
}
