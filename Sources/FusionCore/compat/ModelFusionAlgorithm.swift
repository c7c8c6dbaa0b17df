import ConfigTree

/// The base class of methods in FusionBench 0.1: it keeps its configuration, and reads from it what
/// it likes. New methods are `BaseAlgorithm`s that declare their parameters.
open class ModelFusionAlgorithm: BaseAlgorithm {
  /// The whole configuration, `name` included.
  public private(set) var algorithmConfig = ConfigNode.emptyDictionary

  /// Makes the method without a configuration.
  public required init() { super.init() }

  /// Keeps the configuration.
  public convenience init(_ algorithmConfig: ConfigNode) {
    self.init()
    self.algorithmConfig = algorithmConfig
  }
}
