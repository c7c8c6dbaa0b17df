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
    guard !line.isMultirun else { return try runSweep(in: world) }
    let job = try decode(Job?.self, try world.fromGlobalZero { try encode(prepare()) })
    guard let job else { return try runSweep(in: world) }
    let program: FabricModelFusionProgram = try world.agreeing {
      job.surroundings.setEnvironment()
      try job.surroundings.enterFolder()
      return try Registry([FabricModelFusionProgram.self]).make(job.config, role: "")
    }
    program.fabric = world
    try program.run()
  }

  /// A job as every rank runs it.
  private struct Job: Codable {
    let config: ConfigNode
    let surroundings: JobSurroundings
  }

  /// Whether the configuration asks for a sweep, as `hydra.mode=MULTIRUN` does.
  private var wantsSweep: Bool {
    guard !line.isRun else { return false }
    // What is wrong with the configuration is told when it is composed to be run.
    let whole = try? composer.compose(
      configName: configName, overrides: line.overrides, mode: .multirun)
    return whole?.hydra["mode"]?.string == "MULTIRUN"
  }

  /// Composes the job and writes its configuration into its folder; nil for a sweep.
  private func prepare() throws -> Job? {
    guard !wantsSweep else { return nil }
    var composition = try composer.compose(configName: configName, overrides: line.overrides)
    composition = try RunFolder.claim(composition) { own in
      try composer.compose(configName: configName, overrides: line.overrides + own)
    }
    let folder = try folderText(composition, "hydra.run.dir")
    try JobLogging.start(try JobLogging.outputs(of: &composition, writingTo: folder))
    warn(of: composition)
    let surroundings = try JobSurroundings(composition, folder: folder)
    let job = try resolved(composition.setting(surroundings.environment))
    for record in try folder.map({ try records(composition, in: $0) }) ?? [] {
      try AtomicFile.write(record.text, to: record.path, fsync: false)
    }
    return Job(config: job, surroundings: surroundings)
  }

  /// The job's configuration without interpolations.
  func resolved(_ composition: Composition) throws -> ConfigNode {
    var resolver = InterpolationResolver(context: composition.resolverContext)
    resolver.onWarning = { Log.line($0, level: .warning) }
    return try resolver.resolve(composition.job)
  }

  /// Tells what is remarkable about a composition.
  func warn(of composition: Composition) {
    for warning in composition.warnings { Log.line(warning, level: .warning) }
    let callbacks = (composition.hydra["callbacks"]?.dictionary ?? [:]).keys.map(\.description)
    if !callbacks.isEmpty {
      Log.line(
        "hydra.callbacks: Python objects are not imported: \(callbacks.joined(separator: ", "))",
        level: .warning)
    }
  }

  var hydraOverrides: [String] {
    ((try? Override.parse(line.overrides)) ?? []).filter(\.isHydra).map(\.input)
  }

  /// The text at a key of the configuration.
  func folderText(_ composition: Composition, _ key: String) throws -> String? {
    try InterpolationResolver(context: composition.resolverContext)
      .select(composition.root, at: key, resolves: true)?.pythonText
  }

  /// Hydra's record of a run: config.yaml, hydra.yaml, overrides.yaml.
  func records(_ composition: Composition, in folder: String) throws -> [SweepJob.Record] {
    let part = try folderText(composition, "hydra.output_subdir") ?? ".hydra"
    guard part != "None" else { return [] }
    let place = part.isEmpty ? folder : "\(folder)/\(part)"
    let overrides = ConfigNode(.list(composition.taskOverrides.map { ConfigNode(.string($0)) }))
    return [
      SweepJob.Record(path: "\(place)/config.yaml", text: composition.job.yaml()),
      SweepJob.Record(
        path: "\(place)/hydra.yaml",
        text: ConfigNode(.dictionary(["hydra": composition.hydra])).yaml()),
      SweepJob.Record(path: "\(place)/overrides.yaml", text: overrides.yaml()),
    ]
  }

  func announce(_ text: String) throws {
    let format = DateFormatter()
    format.dateFormat = "yyyy-MM-dd HH:mm:ss,SSS"
    try StandardOutput.write("[\(format.string(from: Date()))][HYDRA] \(text)\n")
  }

  func encode(_ value: some Encodable) throws -> [UInt8] {
    Array(try JSONEncoder().encode(value))
  }

  func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
  }
}
