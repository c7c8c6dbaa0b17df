import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import HydraConfig
import Programs

extension Command {
  /// All jobs of a sweep and the folder that they share.
  struct SweepPlan: Codable {
    var folder: String
    var jobs: [SweepJob]
    var environment: [JobSurroundings.Variable] = []
  }

  /// Runs every job of a sweep. Every process of `world` needs to call this method.
  ///
  /// - Throws: `AgreedError` when any job failed, once all were tried.
  func runSweep(in world: any Fabric) throws {
    let plan = try decode(SweepPlan.self, try world.fromGlobalZero { try encode(sweepPlan()) })
    for variable in plan.environment { setenv(variable.name, variable.value, 1) }
    if world.isGlobalZero { try announce("Launching \(plan.jobs.count) jobs locally") }
    let runner = SweepRunner(plan.jobs, folder: plan.folder) { job in
      try announce("\t\(job.title)")
    }
    let results = try runner.run(in: world)
    try world.onGlobalZero {
      let failed = results.filter { $0.failure != nil }.map { result in
        "#\(result.number) : \(result.overrides.joined(separator: " "))"
      }
      if !failed.isEmpty { throw CommandError.jobsFailed(failed, of: plan.jobs.count) }
    }
  }

  /// Composes all jobs, on rank 0: what is wrong with one is told before any starts.
  private func sweepPlan() throws -> SweepPlan {
    let whole = try composer.compose(
      configName: configName, overrides: line.overrides, mode: .multirun)
    let jobs = try SweepExpander(composer: composer).jobs(of: whole)
    let plan = try sweepPlan(jobs, extra: [])
    let wantsResume = plan.jobs.first?.config["sweep"]?["resume"]?.value == .bool(true)
    if wantsResume, let folder = try earlierFolder(of: plan) {
      return try sweepPlan(jobs, extra: ["hydra.sweep.dir='\(folder)'"])
    }
    guard let own = try RunFolder.claimSweep(whole) else { return plan }
    return try sweepPlan(jobs, extra: [own])
  }

  private func sweepPlan(_ jobs: [[String]], extra: [String]) throws -> SweepPlan {
    var plan = SweepPlan(folder: ".", jobs: [])
    for (number, job) in jobs.enumerated() {
      let given = hydraOverrides + extra + job
      let overrides = given + ["hydra.job.num=\(number)", "hydra.job.id=\"\(number)\""]
      var composition = try composer.compose(configName: configName, overrides: overrides)
      let sweep = try folderText(composition, "hydra.sweep.dir") ?? "."
      let part = try folderText(composition, "hydra.sweep.subdir") ?? "\(number)"
      plan.folder = sweep
      if try !Override.parse(overrides).contains(where: { $0.key == "path.log_dir" }) {
        // Jobs of a sweep share one time of day: each gets a folder of its own below it.
        composition = try composer.compose(
          configName: configName, overrides: overrides + ["++path.log_dir='\(sweep)/\(part)'"])
      }
      if number == 0 { warn(of: composition) }
      let folder = "\(sweep)/\(part)"
      let surroundings = try JobSurroundings(composition, folder: folder)
      if number == 0 { plan.environment = surroundings.environment }
      if surroundings.workingFolder != nil { throw CommandError.sharedProcess("chdir") }
      if surroundings.environment != plan.environment {
        throw CommandError.sharedProcess("env_set")
      }
      let logging = try JobLogging.outputs(of: &composition, writingTo: folder)
      plan.jobs.append(
        SweepJob(
          number: number, overrides: job,
          config: try resolved(composition.setting(plan.environment)), folder: folder,
          logging: logging, records: try records(composition, in: folder)))
    }
    return plan
  }

  /// The folder of the latest earlier run of this sweep that finished any of its jobs, unless the
  /// folder was given.
  private func earlierFolder(of plan: SweepPlan) throws -> String? {
    let isGiven = try Override.parse(line.overrides).contains { $0.key == "hydra.sweep.dir" }
    guard !isGiven else { return nil }
    let folder = URL(fileURLWithPath: plan.folder)
    let parent = folder.deletingLastPathComponent()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
    let place = plan.folder.dropLast(folder.lastPathComponent.count)
    for name in names.sorted().reversed() where name != folder.lastPathComponent {
      let jobs = try sweepPlan(
        plan.jobs.map(\.overrides), extra: ["hydra.sweep.dir='\(place)\(name)'"]
      ).jobs
      if jobs.contains(where: { $0.isFinished }) { return place + name }
    }
    return nil
  }
}
