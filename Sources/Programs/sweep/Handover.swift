import FusionCore
import OrderedCollections
import Tensors

/// What the ranks that merged a batch tell rank 0, which evaluated the one before.
struct Handover {
  /// A model: its name, where it was saved, or else its table.
  struct Model {
    let name: String?
    let savedPath: String?
    let manifest: Manifest?
    let norm: Double?
  }

  /// A job: its models, and what belongs into their report.
  struct Job {
    let models: [Model]
    let combination: Ensemble.Combination?
    let entries: OrderedDictionary<String, JSONValue>
  }

  /// Every job, or why it failed.
  let jobs: [Result<Job, AgreedError>]
  /// What there is to say.
  let log: String

  /// The text that carries it.
  var json: JSONValue {
    let jobs = self.jobs.map { job -> JSONValue in
      switch job {
      case .failure(let error):
        .object([
          "error": .string(error.description), "status": .integer(Int(error.exitStatus)),
        ])
      case .success(let job):
        .object([
          "models": .array(job.models.map(json)),
          "ensemble": .object(job.combination?.entries ?? [:]),
          "report": .object(job.entries),
        ])
      }
    }
    return .object(["jobs": .array(jobs), "log": .string(log)])
  }

  private func json(_ model: Model) -> JSONValue {
    .object([
      "name": model.name.map { .string($0) } ?? .null,
      "saved": model.savedPath.map { .string($0) } ?? .null,
      "norm": model.norm.map { .number($0) } ?? .null,
      "tensors": .array(
        (model.manifest?.tensors ?? []).map {
          .object([
            "name": .string($0.name.string), "dtype": .string($0.dtype.rawValue),
            "shape": .array($0.shape.map { .integer($0) }),
          ])
        }),
    ])
  }

  init(jobs: [Result<Job, AgreedError>], log: String) {
    self.jobs = jobs
    self.log = log
  }

  /// Reads what `json` gave.
  ///
  /// - Throws: `TensorError`.
  init(_ json: JSONValue) throws {
    log = json["log"]?.string ?? ""
    jobs = try (json["jobs"]?.items ?? []).map { job -> Result<Job, AgreedError> in
      if let error = job["error"]?.string {
        let status = Int32(job["status"]?.double ?? 1)
        return .failure(AgreedError(rank: 1, exitStatus: status, description: error))
      }
      var entries = OrderedDictionary<String, JSONValue>()
      if case .object(let members)? = job["report"] { entries = members }
      return .success(
        Job(
          models: try (job["models"]?.items ?? []).map { try Self.model($0) },
          combination: job["ensemble"].flatMap { Ensemble.Combination($0) }, entries: entries))
    }
  }

  private static func model(_ json: JSONValue) throws -> Model {
    let tensors = try (json["tensors"]?.items ?? []).map { tensor in
      try TensorInfo(
        name: TensorName(tensor["name"]?.string ?? ""),
        dtype: DType(rawValue: tensor["dtype"]?.string ?? "") ?? .float32,
        shape: (tensor["shape"]?.items ?? []).map { Int($0.double ?? 0) })
    }
    let saved = json["saved"]?.string
    return Model(
      name: json["name"]?.string, savedPath: saved,
      manifest: saved == nil ? try Manifest(tensors) : nil, norm: json["norm"]?.double)
  }
}

extension Handover.Job {
  /// What there is to tell of a job that was merged.
  init(_ models: [MergedModel], of program: FabricModelFusionProgram?) {
    self.init(
      models: models.map { model in
        Handover.Model(
          name: model.name, savedPath: model.savedPath,
          manifest: model.savedPath == nil ? model.model.manifest : nil, norm: model.norm)
      },
      combination: program?.combination, entries: program?.reportEntries ?? [:])
  }
}
