import FusionCore
import Tensors

/// Sets weights to 0 at random, row by row of the linear layers of one model.
///
/// `unstructured` prunes int(columns · sparsity_ratio) elements of a row, `semistructured` n of
/// every m neighbours: those whose random draws are smallest.
public final class RandomPruningForLlama: LayerPruning {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.RandomPruningForLlama",
      "fusion_bench.method.pruning.RandomPruningForLlama",
      "fusion_bench.method.pruning.llama_random_prune.RandomPruningForLlama",
    ]
  }

  /// Seed of the draws; null takes the program's, or 0.
  @Parameter("seed") public var seed: Int? = nil

  /// Prunes a share of every row.
  public convenience init(sparsityRatio: Double, seed: Int? = nil) {
    self.init()
    self.sparsityRatio = sparsityRatio
    self.seed = seed
  }

  /// Prunes `_pretrained_`, or the first model.
  ///
  /// - Throws: when there is no model, or nothing to prune.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    try profile("load model") {
      try world.agreeing {
        let model = try modelpool.loadPretrainedOrFirstModel()
        let draws = RandomDraws(seed: seed(seed), manifest: model.manifest)
        return .model(
          try rule().pruned(model, label: "random pruning") { row, metric in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: metric.count) { random in
              draws.fill(random, tensor: row.tensor, model: 0, from: row.firstElement)
              for i in metric.indices { metric[i] = Double(random[i]) }
            }
          })
      }
    }
  }
}
