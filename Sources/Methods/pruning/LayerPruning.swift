import FusionCore

/// What the methods have in common that set weights of one model's linear layers to 0, row by row.
///
/// `unstructured` prunes int(columns · sparsity_ratio) elements of a row, `semistructured` n of
/// every m neighbours.
public class LayerPruning: BaseAlgorithm, SimpleProfilerMixin {
  /// `unstructured` or `semistructured`.
  @Parameter("prune_type") var pruneType = PruneRule.Kind.unstructured
  /// The share of each row that is pruned, where unstructured.
  @Parameter("sparsity_ratio") public var sparsityRatio = 0.5
  /// How many of every m elements are pruned, where semistructured.
  @Parameter("n") public var n = 2
  /// The neighbours of which n are pruned, where semistructured.
  @Parameter("m") public var m = 4

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Prunes a share of every row.
  public convenience init(sparsityRatio: Double) {
    self.init()
    self.sparsityRatio = sparsityRatio
  }

  /// Prunes n of every m elements.
  public convenience init(n: Int, of m: Int) {
    self.init()
    pruneType = .semistructured
    self.n = n
    self.m = m
  }

  /// Refuses what is no share, and n that is not among m.
  public override func validate() throws { _ = try rule() }

  /// What the parameters say.
  ///
  /// - Throws: `ParameterError.invalid`.
  final func rule() throws -> PruneRule {
    try PruneRule(pruneType, sparsityRatio: sparsityRatio, n: n, m: m)
  }
}
