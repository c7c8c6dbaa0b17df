import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import OrderedCollections
import Tensors

/// Ranks that run jobs of a sweep together, batch after batch.
///
/// While the first rank evaluates a batch, the others already merge the next one.
final class SweepGroup {
  private let world: any Fabric
  private let jobs: [SweepJob]
  private let batches: [[Int]]
  private let announce: (SweepJob) throws -> Void
  private var others: (any Fabric)?
  private var taskpools: [String: BaseTaskPool] = [:]
  /// What the jobs came to, on the first rank.
  private(set) var results: [JobResult] = []

  /// A batch that was merged and is still to be evaluated.
  private struct Merged {
    let batch: [SweepJob]
    let programs: [Result<FabricModelFusionProgram, AgreedError>]
    let models: [Result<[MergedModel], AgreedError>]
    let seconds: Double

    /// Whether evaluating it takes time.
    var isWork: Bool { programs.contains { (try? $0.get())?.needsValues == true } }
  }

  /// Makes a group of the processes of `world`.
  ///
  /// - Parameter announce: called on the first rank when a job starts.
  init(
    _ jobs: [SweepJob], _ batches: [[Int]], in world: any Fabric,
    announce: @escaping (SweepJob) throws -> Void
  ) {
    self.world = world
    self.jobs = jobs
    self.batches = batches
    self.announce = announce
  }

  /// Runs the batches that this group is given. Every process of the group needs to call this.
  ///
  /// - Throws: an error of this rank alone; what fails for a job is in `results`.
  func run(_ claims: JobClaims) throws {
    var waiting: Merged?
    while let batch = try next(claims) {
      let programs = try start(batch)
      if let merged = waiting, merged.isWork, world.worldSize > 1 {
        waiting = try merge(batch, programs, whileEvaluating: merged)
      } else {
        evaluate(waiting)
        waiting = try merge(batch, programs, in: world)
      }
    }
    evaluate(waiting)
  }

  private func next(_ claims: JobClaims) throws -> [SweepJob]? {
    let claimed = world.isGlobalZero ? claims.claim() : nil
    let answer = try world.broadcast(claimed.map { Array("\($0)".utf8) } ?? [], from: 0)
    return Int(String(decoding: answer, as: UTF8.self)).map { batches[$0].map { jobs[$0] } }
  }

  /// Makes the programs of a batch and writes their configurations.
  private func start(
    _ batch: [SweepJob]
  ) throws -> [Result<FabricModelFusionProgram, AgreedError>] {
    try batch.map { job in
      try world.outcome {
        try world.onGlobalZero {
          try announce(job)
          try job.startLogging()
          for record in job.records {
            try AtomicFile.write(record.text, to: record.path, fsync: false)
          }
        }
        return try world.agreeing {
          let program = try FabricModelFusionProgram.of(job)
          let tasks = program.taskpoolConfig.yaml()
          program.preparesTaskpool = taskpools[tasks] == nil
          program.taskpool = try taskpools[tasks] ?? program.makeTaskpool()
          taskpools[tasks] = program.taskpool
          return program
        }
      }
    }
  }

  private func merge(
    _ batch: [SweepJob], _ programs: [Result<FabricModelFusionProgram, AgreedError>],
    in ranks: any Fabric
  ) throws -> Merged {
    let started = ContinuousClock.now
    var made = try JobBatch(programs.compactMap { try? $0.get() }, in: ranks).merge()[...]
    let models = programs.map { program in
      program.flatMap { _ in made.popFirst() ?? .success([]) }
    }
    return Merged(
      batch: batch, programs: programs, models: models,
      seconds: (ContinuousClock.now - started) / .seconds(1))
  }

  /// Merges a batch on all ranks but the first, which evaluates another one meanwhile.
  private func merge(
    _ batch: [SweepJob], _ programs: [Result<FabricModelFusionProgram, AgreedError>],
    whileEvaluating waiting: Merged
  ) throws -> Merged {
    let started = ContinuousClock.now
    let ranks = try others ?? world.split(color: world.isGlobalZero ? 0 : 1)
    others = ranks
    var merged: Merged?
    var text: [UInt8] = []
    if world.isGlobalZero {
      evaluate(waiting)
    } else {
      let log = try Log.collecting { merged = try merge(batch, programs, in: ranks) }
      let jobs = zip(programs, merged?.models ?? []).map { program, job in
        job.map { models in Handover.Job(models, of: try? program.get()) }
      }
      text = Array(Handover(jobs: jobs, log: log).json.text().utf8)
    }
    let handover = try Handover(
      try JSONValue(parsing: try world.broadcast(text, from: 1), source: "rank 1"))
    if world.isGlobalZero { Log.text(handover.log) }
    var models: [Result<[MergedModel], AgreedError>] = []
    for (position, job) in handover.jobs.enumerated() {
      switch job {
      case .failure(let error): models.append(.failure(error))
      case .success(let job):
        let program = try? programs[position].get()
        program?.combination = job.combination
        program?.reportEntries = job.entries
        let handed = job.models
        let held = (try? merged?.models[position].get()) ?? []
        models.append(
          .success(
            try handed.enumerated().map { try take($1, held.indices.contains($0) ? held[$0] : nil) }
          )
        )
      }
    }
    return Merged(
      batch: batch, programs: programs, models: models,
      seconds: (ContinuousClock.now - started) / .seconds(1))
  }

  /// Gives rank 0 a model that rank 1 holds.
  private func take(_ handed: Handover.Model, _ held: MergedModel?) throws -> MergedModel {
    guard let manifest = handed.manifest else {
      return MergedModel(
        name: handed.name, path: handed.savedPath, model: try InMemoryStateDict([], label: ""),
        savedPath: handed.savedPath)
    }
    let model = HandedOverModel(
      manifest: manifest, label: "merged model", owner: 1, values: held?.model)
    let copy = try world.materialise(StateDictGroup([model]))
    return MergedModel(name: handed.name, path: nil, model: copy?.first ?? model)
  }

  /// Evaluates a batch on the first rank; the others do nothing.
  private func evaluate(_ merged: Merged?) {
    guard let merged, world.isGlobalZero else { return }
    let mergeSeconds = merged.seconds / Double(merged.batch.count)
    for (position, job) in merged.batch.enumerated() {
      let started = ContinuousClock.now
      var report = JSONValue.null
      var failure: String?
      var models: [String] = []
      do {
        try job.startLogging()
        let program = try merged.programs[position].get()
        let made = try merged.models[position].get()
        models = made.compactMap(\.savedPath)
        report = try program.evaluate(made)
        try program.publish(report)
      } catch {
        failure = "\(error)"
        Log.line("job \(job.title) failed: \(error)")
      }
      let result = JobResult(
        job, failure: failure, report: report, models: models, mergeSeconds: mergeSeconds,
        evaluateSeconds: (ContinuousClock.now - started) / .seconds(1))
      do {
        try AtomicFile.write(
          result.json.text(indent: 2), to: JobResult.path(in: job.folder), fsync: false)
      } catch {
        Log.line("job \(job.title): \(error)")
      }
      results.append(result)
    }
  }
}
