import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import ModelPools
import OrderedCollections
import Tensors

extension FabricModelFusionProgram {
  /// What the method returned, model by model.
  ///
  /// Every process of `world` needs to call this method.
  func models(of result: FusionResult) throws -> [MergedModel] {
    guard let parts else { return [] }
    if case .ensemble(let ensemble) = result { combination = ensemble.combination }
    reportEntries = parts.method.reportEntries
    let path = parts.paths.model
    if path == nil && world.isGlobalZero {
      Log.line("merged_model_save_path is null: the model is not saved")
    }
    return try world.agreeing {
      let models = try result.map { try parts.pool.completed($0) }.namedModels
      if path != nil { try checkNames(models.compactMap(\.name)) }
      return models.map { name, model in
        MergedModel(
          name: name, path: path.map { path in name.map { "\(path)/\($0)" } ?? path }, model: model)
      }
    }
  }

  /// Refuses names that cannot be those of different folders.
  private func checkNames(_ names: [String]) throws {
    for (position, name) in names.enumerated() {
      let isFolder = !name.isEmpty && !name.contains("/") && name != "." && name != ".."
      guard isFolder, !names[..<position].contains(name) else {
        throw SaveError.invalidModelName(name)
      }
    }
  }

  /// What is there already, when this run resumes one that had ended well: nothing is merged then.
  ///
  /// Every process of `world` needs to call this method.
  func completeModels() throws -> [MergedModel]? {
    guard resume, let path = parts?.paths.model else { return nil }
    let request = try saveRequest(
      MergedModel(name: nil, path: path, model: try InMemoryStateDict([], label: path)))
    guard let saved = try ModelSaver(world: world).complete(request) else { return nil }
    let model = try world.agreeing { try Checkpoint.open(saved.path) }
    return [MergedModel(name: nil, path: path, model: model, savedPath: saved.path)]
  }

  /// How a model is written.
  ///
  /// Every process of `world` needs to call this method.
  func saveRequest(_ model: MergedModel) throws -> SaveRequest {
    guard let parts, let path = model.path else { preconditionFailure("the model has a path") }
    // Rank 0 looks at the inputs, so that all ranks have the same plan.
    let plan = try world.fromGlobalZero { Array(self.plan(parts).utf8) }
    return SaveRequest(
      model.model, to: path, options: parts.saving,
      rules: SaveRules(
        overwrite: overwrite, resume: resume, strictFinite: strictFinite,
        plan: String(decoding: plan, as: UTF8.self)),
      sources: parts.pool.sources,
      sideFiles: try world.agreeing { try parts.pool.sideFileModel() },
      describe: { try self.mergeManifest($0, sideFiles: $1, parts).text(indent: 2) })
  }

  /// Whether the merged model is saved.
  public var savesModels: Bool { parts?.paths.model != nil }

  /// Saves a model that the method made on its way, by the same rules as the merged one: in
  /// `checkpoints/` below its folder, in `NAME.checkpoints/` beside a single file.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Throws: `AgreedError`.
  public func saveCheckpoint(_ model: any StateDict, name: String) throws -> (any StateDict)? {
    guard let parts, let path = parts.paths.model else { return nil }
    // Beside a single file, which other jobs may have the folder of in common with.
    let folder =
      SafetensorsWriter.isSingleFile(path)
      ? "\(path.dropLast(".safetensors".count)).checkpoints" : Paths.join(path, "checkpoints")
    let checkpoint = MergedModel(
      name: name, path: Paths.join(folder, name),
      model: try world.agreeing { try parts.pool.completed(model) })
    let saved = try ModelSaver(world: world, showsProgress: parts.options.progress)
      .save(try saveRequest(checkpoint))
    try note(checkpoint, saved)
    return try world.agreeing { try Checkpoint.open(saved.path) }
  }

  /// Says where the model was saved, and what its merge has to say once it was computed.
  ///
  /// Every process of `world` needs to call this method.
  func note(_ model: MergedModel, _ saved: SavedModel) throws {
    if let merge = model.model.origin as? any MergeNotes {
      let notes = try merge.notes(in: world)
      if world.isGlobalZero { for note in notes { Log.line(note) } }
    }
    if world.isGlobalZero { Log.line("saved \(saved.path) (\(saved.byteCount) bytes)") }
  }

  /// Whether a model may be seen by one rank alone, so that all ranks must take part in merging.
  var needsEveryRank: Bool {
    (fabricConfig["split"]?.string).map { $0 != Split.layer.rawValue } ?? false
  }
  /// Whether evaluating reads values of the merged model.
  var needsValues: Bool { taskpool?.needsValues ?? false }
  /// Whether evaluating wants the norm of the merged model.
  var needsNorm: Bool { taskpool?.needsNorm ?? false }

  /// Evaluates every model, on the process that rank 0 is. Null without a task pool or without
  /// models; a list of `{name, model}` where the method returned several models.
  func evaluate(_ models: [MergedModel]) throws -> JSONValue {
    guard !models.isEmpty else { return .null }
    if let combination { return try evaluate(models, as: combination) }
    guard let taskpool else { return .null }
    let reports = try models.map { try taskpool.evaluate(try $0.evaluable()) }
    if models.count == 1, models[0].name == nil {
      return reports[0].adding(reportEntries)
    }
    return .array(
      zip(models, reports).map { .object(["name": .string($0.name ?? ""), "model": $1]) })
  }

  /// Evaluates models that answer together; where they were saved, `ensemble.json` says how they do.
  private func evaluate(
    _ models: [MergedModel], as combination: Ensemble.Combination
  ) throws -> JSONValue {
    let ensemble = try Ensemble(
      try models.map { ($0.name ?? "", try $0.stored()) }, combination: combination)
    if let path = try paths.model {
      try AtomicFile.write(ensemble.json.text(), to: "\(Paths.expandingTilde(path))/ensemble.json")
    }
    return try taskpool?.evaluate(ensemble) ?? .null
  }

  /// Prints the report and writes it, on the process that rank 0 is.
  func publish(_ report: JSONValue) throws {
    guard report != .null else { return }
    try StandardOutput.write(report.text(indent: 2))
    if let path = try paths.report {
      try AtomicFile.write(report.text(), to: path)
      Log.line("report: \(path)")
    }
  }
}

extension JSONValue {
  /// The object with more members; anything else as it is.
  fileprivate func adding(_ entries: OrderedDictionary<String, JSONValue>) -> JSONValue {
    guard case .object(var members) = self else { return self }
    for (key, value) in entries { members[key] = value }
    return .object(members)
  }
}
