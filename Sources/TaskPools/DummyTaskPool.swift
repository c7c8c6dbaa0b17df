import FusionCore
import OrderedCollections
import Tensors

/// Counts the parameters of the merged model and evaluates nothing.
public final class DummyTaskPool: BaseTaskPool {
  /// FusionBench's names.
  public override class var targets: [String] {
    ["fusion_bench.taskpool.DummyTaskPool", "fusion_bench.taskpool.dummy.DummyTaskPool"]
  }

  /// Whether to report the Euclidean norm of all floating-point values too.
  @Parameter("norm") public var norm = false
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

  /// Whether the norm is to be reported.
  public override var needsNorm: Bool { norm }

  /// `model_info`, and `norm` where it is known.
  public override func evaluate(_ model: any StateDict) throws -> JSONValue {
    var report: OrderedDictionary<String, JSONValue> = ["model_info": modelInfo(model)]
    if let measured = model as? MeasuredStateDict { report["norm"] = .number(measured.norm) }
    return .object(report)
  }

  /// `model_info` of all members together.
  public override func evaluate(_ ensemble: Ensemble) throws -> JSONValue {
    .object(["model_info": modelInfo(ensemble.members.map(\.model))])
  }
}
