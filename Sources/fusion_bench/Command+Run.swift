import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import HydraConfig
import Programs

extension Command {
  /// Runs the job, or every job of a sweep.
  ///
  /// Rank 0 composes and gives the result to all, so that the time of day is the same everywhere
  /// and only one folder is made. Every process of `world` needs to call this method.
  ///
  /// - Throws: `AgreedError`, the same on every rank, for what all can notice.
  func run(in world: any Fabric) throws {
    guard line.isMultirun else { return try run(JobPlan(overrides: line.overrides), in: world) }
    let plans = try decode([JobPlan].self, try world.fromGlobalZero { try encode(sweep()) })
    if world.isGlobalZero { try announce("Launching \(plans.count) jobs locally") }
    var failed: [String] = []
    for (number, plan) in plans.enumerated() {
      let title = "#\(number) : \(plan.overrides.joined(separator: " "))"
      if world.isGlobalZero { try announce("\t\(title)") }
      do {
        try run(plan, in: world)
      } catch let error as AgreedError {
        // One failed job does not lose the others.
        failed.append(title)
        if world.isGlobalZero { Log.line("job \(title) failed: \(error)") }
      }
    }
    try world.agreeing {
      if !failed.isEmpty { throw CommandError.jobsFailed(failed, of: plans.count) }
    }
  }

  /// One job: its overrides and, in a sweep, its number.
  struct JobPlan: Codable {
    var overrides: [String]
    var number: Int?
  }

  private func run(_ plan: JobPlan, in world: any Fabric) throws {
    let config = try decode(
      ConfigNode.self, try world.fromGlobalZero { try encode(try prepare(plan)) })
    let program: FabricModelFusionProgram = try world.agreeing {
      try Registry([FabricModelFusionProgram.self]).make(config, role: "")
    }
    program.fabric = world
    try program.run()
  }

  /// Composes a job and writes its configuration into its folder.
  private func prepare(_ plan: JobPlan) throws -> ConfigNode {
    let number = plan.number.map { ["hydra.job.num=\($0)", "hydra.job.id=\"\($0)\""] } ?? []
    let given = line.isMultirun ? hydraOverrides : []
    var overrides = given + plan.overrides + number
    if plan.number != nil, let folder = try sweepFolder(overrides) {
      // Jobs of a sweep share one time of day: each gets a folder of its own below it.
      overrides.append("++path.log_dir='\(folder)'")
    }
    var composition = try composer.compose(configName: configName, overrides: overrides)
    let place = plan.number == nil ? "hydra.run.dir" : "path.log_dir"
    if plan.number == nil {
      composition = try RunFolder.claim(composition) { own in
        try composer.compose(configName: configName, overrides: overrides + own)
      }
    }
    try JobLogging.start(&composition, folder: place)
    for warning in composition.warnings { Log.line(warning, level: .warning) }
    var resolver = InterpolationResolver(context: composition.resolverContext)
    resolver.onWarning = { Log.line($0, level: .warning) }
    let job = try resolver.resolve(composition.job)
    if let folder = try folderText(composition, resolver, place) {
      try write(composition, to: folder, resolver)
    }
    return job
  }

  /// Where a job of a sweep writes, unless it was told otherwise.
  private func sweepFolder(_ overrides: [String]) throws -> String? {
    if try Override.parse(overrides).contains(where: { $0.key == "path.log_dir" }) { return nil }
    let composition = try composer.compose(configName: configName, overrides: overrides)
    let resolver = InterpolationResolver(context: composition.resolverContext)
    guard let sweep = try folderText(composition, resolver, "hydra.sweep.dir"),
      let part = try folderText(composition, resolver, "hydra.sweep.subdir")
    else { return nil }
    return "\(sweep)/\(part)"
  }

  private var hydraOverrides: [String] {
    ((try? Override.parse(line.overrides)) ?? []).filter(\.isHydra).map(\.input)
  }

  private func sweep() throws -> [JobPlan] {
    // What is wrong with the sweep as a whole is told before any job starts.
    let whole = try composer.compose(
      configName: configName, overrides: line.overrides, mode: .multirun)
    let jobs = try SweepExpander(composer: composer).jobs(of: whole)
    let plans = jobs.enumerated().map { JobPlan(overrides: $1, number: $0) }
    for plan in plans {
      _ = try composer.compose(configName: configName, overrides: hydraOverrides + plan.overrides)
    }
    return plans
  }

  private func folderText(
    _ composition: Composition, _ resolver: InterpolationResolver, _ key: String
  ) throws -> String? {
    try resolver.select(composition.root, at: key, resolves: true)?.pythonText
  }

  /// Hydra's record of a run: config.yaml, hydra.yaml, overrides.yaml.
  private func write(
    _ composition: Composition, to folder: String, _ resolver: InterpolationResolver
  ) throws {
    let part = try folderText(composition, resolver, "hydra.output_subdir") ?? ".hydra"
    guard part != "None" else { return }
    let place = part.isEmpty ? folder : "\(folder)/\(part)"
    let texts = [
      ("config.yaml", composition.job.yaml()),
      ("hydra.yaml", ConfigNode(.dictionary(["hydra": composition.hydra])).yaml()),
      (
        "overrides.yaml",
        ConfigNode(.list(composition.taskOverrides.map { ConfigNode(.string($0)) })).yaml()
      ),
    ]
    for (name, text) in texts {
      try AtomicFile.write(text, to: "\(place)/\(name)", fsync: false)
    }
  }

  private func announce(_ text: String) throws {
    let format = DateFormatter()
    format.dateFormat = "yyyy-MM-dd HH:mm:ss,SSS"
    try StandardOutput.write("[\(format.string(from: Date()))][HYDRA] \(text)\n")
  }

  private func encode(_ value: some Encodable) throws -> [UInt8] {
    Array(try JSONEncoder().encode(value))
  }

  private func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
  }
}
