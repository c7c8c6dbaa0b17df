import ConfigTree

/// What `--cfg` prints.
public struct ConfigPrinter: Sendable {
  private let composition: Composition

  /// Prints a composition.
  public init(_ composition: Composition) {
    self.composition = composition
  }

  /// The YAML text of a part.
  ///
  /// - Parameters:
  ///   - part: The part to show.
  ///   - package: A dotted path within the part; `nil` or `_global_` for all of it.
  ///   - resolves: Whether to replace interpolations by their values.
  public func text(
    _ part: HydraCommandLine.ConfigPart, package: String? = nil, resolves: Bool = false
  ) throws(ConfigError) -> String {
    let tree = tree(part)
    let resolver = InterpolationResolver(context: composition.resolverContext)
    guard let package, package != "_global_" else {
      return (resolves ? try resolver.resolve(tree) : tree).yaml()
    }
    guard let found = try resolver.select(tree, at: package, resolves: resolves),
      !found.isNull, found.value != .missing
    else { throw .packageNotFound(package) }
    guard found.value.isContainer else { return found.pythonText + "\n" }
    return "# @package \(package)\n" + found.yaml()
  }

  private func tree(_ part: HydraCommandLine.ConfigPart) -> ConfigNode {
    switch part {
    case .job: return composition.job
    case .all: return composition.root
    case .hydra:
      var hydra = composition.hydra
      hydra["help"] = nil
      hydra["hydra_help"] = nil
      return ConfigNode(.dictionary(["hydra": hydra]))
    }
  }
}
