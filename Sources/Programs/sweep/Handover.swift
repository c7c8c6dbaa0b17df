import FusionCore
import Tensors

/// What the ranks that merged a batch tell rank 0, which evaluated the one before.
struct Handover {
  /// A model: its name, where it was saved, or else its table.
  struct Model {
    let name: String?
    let savedPath: String?
    let manifest: Manifest?
  }

  /// For every job its models, or why it failed.
  let jobs: [Result<[Model], AgreedError>]
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
      case .success(let models): .array(models.map(json))
      }
    }
    return .object(["jobs": .array(jobs), "log": .string(log)])
  }

  private func json(_ model: Model) -> JSONValue {
    .object([
      "name": model.name.map { .string($0) } ?? .null,
      "saved": model.savedPath.map { .string($0) } ?? .null,
      "tensors": .array(
        (model.manifest?.tensors ?? []).map {
          .object([
            "name": .string($0.name.string), "dtype": .string($0.dtype.rawValue),
            "shape": .array($0.shape.map { .integer($0) }),
          ])
        }),
    ])
  }

  init(jobs: [Result<[Model], AgreedError>], log: String) {
    self.jobs = jobs
    self.log = log
  }

  /// Reads what `json` gave.
  ///
  /// - Throws: `TensorError`.
  init(_ json: JSONValue) throws {
    log = json["log"]?.string ?? ""
    jobs = try (json["jobs"]?.items ?? []).map { job -> Result<[Model], AgreedError> in
      if let error = job["error"]?.string {
        let status = Int32(job["status"]?.double ?? 1)
        return .failure(AgreedError(rank: 1, exitStatus: status, description: error))
      }
      return .success(try job.items.map { try Self.model($0) })
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
      manifest: saved == nil ? try Manifest(tensors) : nil)
  }
}
