import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import OrderedCollections
import Tensors

/// Ranks that run jobs of a sweep together, batch after batch.
///
/// While the first rank evaluates a batch, the others already merge the next one, unless it has models
/// that are to be read by one rank each.
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

    /// The rank that evaluates a job.
    func evaluator(_ position: Int) -> Int {
      (try? models[position].get())?.first?.evaluator ?? 0
    }

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
    while let number = try next(claims) {
      let batch = batches[number].map { jobs[$0] }
      let programs = try start(batch)
      let needsAll = programs.contains { (try? $0.get())?.needsEveryRank == true }
      if let merged = waiting, merged.isWork, world.worldSize > 1, !needsAll {
        waiting = try merge(batch, programs, whileEvaluating: merged)
      } else {
        evaluate(waiting)
        let evaluators = try claims.isLast(number) && canAllEvaluate() ? world.worldSize : 1
        waiting = try merge(batch, programs, in: world, evaluators: evaluators)
      }
    }
    try evaluateTogether(waiting)
  }

  private func next(_ claims: JobClaims) throws -> Int? {
    let claimed = world.isGlobalZero ? claims.claim() : nil
    let answer = try world.broadcast(claimed.map { Array("\($0)".utf8) } ?? [], from: 0)
    return Int(String(decoding: answer, as: UTF8.self))
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

  /// Whether every rank has what evaluating needs; all of them look at the same time, as opening
  /// the libraries takes a while. What rank 0 lacks it says later, job by job.
  private func canAllEvaluate() throws -> Bool {
    guard world.worldSize > 1 else { return false }
    let pools = taskpools.values.filter(\.needsValues)
    var isReady: [Int64] = [pools.allSatisfy { (try? $0.prepare()) != nil } ? 1 : 0]
    try world.allReduce(&isReady, .min)
    return isReady[0] == 1
  }

  private func merge(
    _ batch: [SweepJob], _ programs: [Result<FabricModelFusionProgram, AgreedError>],
    in ranks: any Fabric, evaluators: Int = 1
  ) throws -> Merged {
    let started = ContinuousClock.now
    let batchOfPrograms = JobBatch(
      programs.compactMap { try? $0.get() }, in: ranks, evaluators: evaluators)
    var made = try batchOfPrograms.merge()[...]
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
    if world.isGlobalZero {
      try? batch.last?.startLogging()
      Log.text(handover.log)
    }
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
        savedPath: handed.savedPath, norm: handed.norm)
    }
    let model = HandedOverModel(
      manifest: manifest, label: "merged model", owner: 1, values: held?.model)
    let copy = try world.materialise(StateDictGroup([model]))
    held?.release()
    return MergedModel(
      name: handed.name, path: nil,
      model: copy?.first ?? HandedOverModel(manifest: manifest, label: model.label, owner: 1),
      norm: handed.norm)
  }

  /// Evaluates a batch on the first rank; the others do nothing.
  private func evaluate(_ merged: Merged?) {
    guard let merged, world.isGlobalZero else { return }
    for position in merged.batch.indices {
      try? merged.batch[position].startLogging()
      conclude(merged, position, evaluated(merged, position))
      for model in (try? merged.models[position].get()) ?? [] { model.release() }
    }
  }

  /// Evaluates the last batch: as there is nothing left to merge, every rank evaluates the jobs
  /// whose models it holds. The first one prints and writes. Every process of the group needs to
  /// call this.
  private func evaluateTogether(_ merged: Merged?) throws {
    guard let merged, merged.isWork, world.worldSize > 1 else { return evaluate(merged) }
    // All ranks of a host compute at once now.
    for taskpool in taskpools.values { taskpool.threads = world.threads }
    var own: [JSONValue] = []
    let log = Log.collecting {
      for position in merged.batch.indices where merged.evaluator(position) == world.globalRank {
        let (report, failure, seconds) = evaluated(merged, position)
        own.append(
          .object([
            "position": .integer(position), "report": report,
            "failure": failure.map { .string($0) } ?? .null, "seconds": .number(seconds),
          ]))
      }
    }
    if world.isGlobalZero { Log.text(log) }
    let found = try world.allGather(Array(JSONValue.array(own).text(indent: 0).utf8))
    guard world.isGlobalZero else { return }
    let all = try found.flatMap { try JSONValue(parsing: $0, source: "evaluation").items }
    for (position, job) in merged.batch.enumerated() {
      guard let one = all.first(where: { $0["position"] == .integer(position) }) else { continue }
      try? job.startLogging()
      conclude(
        merged, position,
        (one["report"] ?? .null, one["failure"]?.string, one["seconds"]?.double ?? 0))
    }
  }

  /// A job's report, or why there is none, and how long it took.
  private func evaluated(
    _ merged: Merged, _ position: Int
  ) -> (report: JSONValue, failure: String?, seconds: Double) {
    let started = ContinuousClock.now
    let outcome = Result {
      let program = try merged.programs[position].get()
      // The task pool is shared by jobs, and asks for the options of the one that it serves.
      program.taskpool?.program = program
      return try program.evaluate(try merged.models[position].get())
    }
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    switch outcome {
    case .success(let report): return (report, nil, seconds)
    case .failure(let error): return (.null, "\(error)", seconds)
    }
  }

  /// Prints and writes what a job came to.
  private func conclude(
    _ merged: Merged, _ position: Int,
    _ outcome: (report: JSONValue, failure: String?, seconds: Double)
  ) {
    let job = merged.batch[position]
    var failure = outcome.failure
    if failure == nil {
      do {
        try merged.programs[position].get().publish(outcome.report)
      } catch {
        failure = "\(error)"
      }
    }
    if let failure { Log.line("job \(job.title) failed: \(failure)", level: .error) }
    let models = (try? merged.models[position].get()) ?? []
    let result = JobResult(
      job, failure: failure, report: outcome.report, models: models.compactMap(\.savedPath),
      mergeSeconds: merged.seconds / Double(merged.batch.count), evaluateSeconds: outcome.seconds)
    do {
      try AtomicFile.write(
        result.json.text(indent: 2), to: JobResult.path(in: job.folder), fsync: false)
    } catch {
      Log.line("job \(job.title): \(error)", level: .error)
    }
    results.append(result)
  }
}
