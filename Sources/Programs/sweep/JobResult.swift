import Checkpoints
import Checkpoints
import Foundation
import FusionCore
import OrderedCollections

/// What a job of a sweep came to, as its folder keeps it in `sweep_job.json`.
public struct JobResult: Sendable {
  /// The job's position in the sweep.
  public let number: Int
  /// What it overrides.
  public private(set) var overrides: [String]
  /// The checksum of its configuration.
  let identity: String
  /// Its folder.
  let folder: String
  /// Why it failed; nil when it did not.
  public let failure: String?
  /// What its task pool reported.
  let report: JSONValue
  /// Where its models were written.
  let models: [String]
  /// Seconds for merging and saving: those of the jobs that were merged with it, divided by their
  /// number.
  let mergeSeconds: Double
  /// Seconds for evaluating.
  let evaluateSeconds: Double

  static func path(in folder: String) -> String { "\(folder)/sweep_job.json" }

  init(
    _ job: SweepJob, failure: String? = nil, report: JSONValue = .null, models: [String] = [],
    mergeSeconds: Double, evaluateSeconds: Double
  ) {
    number = job.number
    overrides = job.overrides
    identity = job.identity
    folder = job.folder
    self.failure = failure
    self.report = report
    self.models = models
    self.mergeSeconds = mergeSeconds
    self.evaluateSeconds = evaluateSeconds
  }

  /// The result as JSON.
  var json: JSONValue {
    .object([
      "job": .integer(number),
      "overrides": .array(overrides.map { .string($0) }),
      "status": .string(failure == nil ? "finished" : "failed"),
      "error": failure.map { .string($0) } ?? .null,
      "report": report,
      "models": .array(models.map { .string($0) }),
      "seconds": .object([
        "merge": .number(mergeSeconds), "evaluate": .number(evaluateSeconds),
      ]),
      "log_dir": .string(folder),
      "identity": .string(identity),
    ])
  }

  /// Reads what `json` gave.
  init?(_ json: JSONValue) {
    guard case .integer(let number)? = json["job"], case .string(let identity)? = json["identity"],
      case .string(let status)? = json["status"], case .string(let folder)? = json["log_dir"]
    else { return nil }
    self.number = number
    self.identity = identity
    self.folder = folder
    overrides = json["overrides"]?.strings ?? []
    models = json["models"]?.strings ?? []
    report = json["report"] ?? .null
    mergeSeconds = json["seconds"]?["merge"]?.double ?? 0
    evaluateSeconds = json["seconds"]?["evaluate"]?.double ?? 0
    failure = status == "finished" ? nil : json["error"]?.string ?? status
  }

  /// What an earlier run of the same job left in `folder`, if it ended well and its models are
  /// still there.
  static func finished(_ job: SweepJob) -> JobResult? {
    let path = path(in: job.folder)
    guard let bytes = FileManager.default.contents(atPath: path),
      let json = try? JSONValue(parsing: Array(bytes), source: path),
      var result = JobResult(json), result.failure == nil, result.identity == job.identity,
      result.number == job.number,
      result.models.allSatisfy({ SafetensorsWriter.exists($0) })
    else { return nil }
    // What is not the job's own, such as sweep.resume, may be given otherwise this time.
    result.overrides = job.overrides
    return result
  }
}
