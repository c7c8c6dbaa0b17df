import FusionCore
import Tensors

/// Counts the parameters of the merged model and evaluates nothing.
public final class DummyTaskPool: BaseTaskPool {
  /// FusionBench's names.
  public override class var targets: [String] {
    ["fusion_bench.taskpool.DummyTaskPool", "fusion_bench.taskpool.dummy.DummyTaskPool"]
  }

  /// Only null is accepted: the program saves the model.
  @Parameter("model_save_path") public var modelSavePath: String? = nil

  /// Refuses a path, which nothing would be written to.
  public override func validate() throws {
    if let path = modelSavePath {
      throw ParameterError.invalid(
        key: "model_save_path", value: path,
        requirement: "the program saves the model: use merged_model_save_path")
    }
  }

  /// False: the table of tensors is enough.
  public override var needsValues: Bool { false }

  /// `model_info` alone.
  public override func evaluate(_ model: any StateDict) throws -> JSONValue {
    .object(["model_info": modelInfo(model)])
  }
}
