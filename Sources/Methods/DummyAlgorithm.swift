import FusionCore

/// Returns the pre-trained model, or the first model where there is none: for evaluating a model
/// as it is.
public final class DummyAlgorithm: BaseAlgorithm {
  /// FusionBench's names.
  public override class var targets: [String] {
    ["fusion_bench.method.DummyAlgorithm", "fusion_bench.method.dummy.DummyAlgorithm"]
  }

  /// Returns the model.
  ///
  /// - Throws: when the pool is empty or the model cannot be opened.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    .model(try world.agreeing { try modelpool.loadPretrainedOrFirstModel() })
  }
}
