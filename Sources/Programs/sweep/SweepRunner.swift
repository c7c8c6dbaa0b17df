import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import OrderedCollections

/// Runs the jobs of a sweep over groups of ranks that take them as they come free.
public struct SweepRunner {
  private let jobs: [SweepJob]
  private let folder: String
  private let announce: (SweepJob) throws -> Void

  /// Describes a sweep.
  ///
  /// - Parameters:
  ///   - jobs: all jobs, in order.
  ///   - folder: where the table goes.
  ///   - announce: called when a job starts, on the first rank of the group that runs it.
  public init(
    _ jobs: [SweepJob], folder: String, announce: @escaping (SweepJob) throws -> Void
  ) {
    self.jobs = jobs
    self.folder = folder
    self.announce = announce
  }

  /// Runs all jobs, writes the tables, and prints one.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Returns: on rank 0 the results of all jobs, in order; nothing elsewhere.
  /// - Throws: `AgreedError` for what is wrong with the sweep as a whole; a job that fails does not
  ///   fail the others.
  public func run(in world: any Fabric) throws -> [JobResult] {
    let started = ContinuousClock.now
    let options = try world.agreeing { try commonOptions(world) }
    let ranks = options.ranksPerJob ?? world.worldSize
    let groups = (world.worldSize + ranks - 1) / ranks

    var earlier: [JobResult] = []
    // What is left is cut into batches on rank 0, which alone looks at folders and models.
    let plan = try world.fromGlobalZero { () -> [UInt8] in
      if options.resume { earlier = jobs.compactMap { JobResult.finished($0) } }
      let done = Set(earlier.map(\.number))
      let batches = SweepBatches(
        jobs, jobs.indices.filter { !done.contains(jobs[$0].number) }, groups: groups)
      for result in earlier { Log.line("job #\(result.number) was finished by an earlier run") }
      return Array(try JSONEncoder().encode(batches.batches))
    }
    let batches = try JSONDecoder().decode([[Int]].self, from: Data(plan))

    let number = world.globalRank / ranks
    let claims = try JobClaims(
      batches.count, group: number, of: groups, in: folder, world: world)
    let part = groups == 1 ? world : try world.split(color: number)
    let group = SweepGroup(jobs, batches, in: part, announce: announce)
    try group.run(claims)

    let found = try world.allGather(
      Array(JSONValue.array(group.results.map { $0.json }).text(indent: 0).utf8))
    var results = earlier
    try Log.send(to: LogOutputs())
    try world.onGlobalZero {
      claims.end()
      for text in found {
        results += try JSONValue(parsing: text, source: "results").items.compactMap {
          JobResult($0)
        }
      }
      results.sort { $0.number < $1.number }
      let table = SweepTable(results)
      try AtomicFile.write(table.csv, to: "\(folder)/sweep_results.csv")
      try AtomicFile.write(
        summary(results, world, (ContinuousClock.now - started) / .seconds(1)).text(indent: 2),
        to: "\(folder)/sweep_results.json")
      if let plot = SweepPlot(table) {
        try AtomicFile.write(plot.svg, to: "\(folder)/sweep_results.svg")
      }
      try StandardOutput.write(table.text)
      Log.line("sweep: \(folder)/sweep_results.csv, .json, .svg")
    }
    return world.isGlobalZero ? results : []
  }

  /// The sweep's options, which all jobs have in common.
  private func commonOptions(_ world: any Fabric) throws -> SweepOptions {
    let options = SweepOptions()
    guard let first = jobs.first?.config["sweep"], !first.isNull else { return options }
    try options.configure(first, at: "sweep")
    for job in jobs where job.config["sweep"]?.yaml() != first.yaml() {
      throw ParameterError.invalid(
        key: "sweep", value: job.title, requirement: "must be the same for all jobs of a sweep")
    }
    if let ranks = options.ranksPerJob, ranks > world.worldSize {
      throw ParameterError.invalid(
        key: "sweep.ranks_per_job", value: "\(ranks)",
        requirement: "\(world.worldSize) rank(s) were started; use: mpirun -n \(ranks) …")
    }
    return options
  }

  private func summary(
    _ results: [JobResult], _ world: any Fabric, _ seconds: Double
  ) -> JSONValue {
    .object([
      "jobs": .array(results.map { $0.json }),
      "ranks": .integer(world.worldSize),
      "seconds": .number(seconds),
    ])
  }
}
