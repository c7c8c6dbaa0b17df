import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import ModelPools
import Tensors

extension FabricModelFusionProgram {
  /// A merged model and where it was saved.
  struct Output {
    let name: String?
    let model: any StateDict
    let saved: SavedModel?
  }

  /// Saves what the method returned, if a path was given.
  func save(_ result: FusionResult, _ parts: Parts) throws -> [Output] {
    let models: [(name: String?, model: any StateDict)] =
      switch result {
      case .none: []
      case .model(let model): [(nil, model)]
      case .models(let models): models.map { ($0.name, $0.model) }
      }
    guard let path = parts.paths.model else {
      if world.isGlobalZero { Log.line("merged_model_save_path is null: the model is not saved") }
      return models.map { Output(name: $0.name, model: $0.model, saved: nil) }
    }
    let saver = ModelSaver(
      world: world, options: parts.saving, overwrite: overwrite,
      showsProgress: parts.options.progress)
    return try models.map { name, model in
      let target = name.map { "\(path)/\($0)" } ?? path
      let saved = try saver.save(
        model, to: target, sources: parts.pool.sources,
        sideFiles: try world.agreeing { try parts.pool.sideFileDirectory() },
        describe: { try self.mergeManifest($0, parts).text(indent: 2) })
      try note(model)
      if world.isGlobalZero { Log.line("saved \(target) (\(saved.byteCount) bytes)") }
      return Output(name: name, model: model, saved: saved)
    }
  }

  /// Says what a merge has to say once it was computed.
  private func note(_ model: any StateDict) throws {
    guard let merge = model as? any MergeNotes else { return }
    let notes = try merge.notes(in: world)
    if world.isGlobalZero { for note in notes { Log.line(note) } }
  }

  /// Evaluates every model on rank 0; the other ranks sleep meanwhile. Null without a task pool or
  /// without models; a list of `{name, model}` where the method returned several models.
  func evaluate(_ outputs: [Output]) throws -> JSONValue {
    guard let taskpool, !outputs.isEmpty else { return .null }
    var reports: [(name: String?, report: JSONValue)] = []
    for output in outputs {
      // What was saved is what is evaluated; only a model that was not is put together in memory.
      let isComputed = output.saved == nil && taskpool.needsValues
      let copy = isComputed ? try world.materialise(output.model) : nil
      var report = JSONValue.null
      try world.onGlobalZero {
        if let saved = output.saved {
          report = try taskpool.evaluate(try Checkpoint.open(saved.path))
        } else {
          report = try taskpool.evaluate(copy ?? output.model)
        }
      }
      reports.append((output.name, report))
    }
    if reports.count == 1, reports[0].name == nil { return reports[0].report }
    return .array(
      reports.map { .object(["name": .string($0.name ?? ""), "model": $0.report]) })
  }

  /// Prints the report and writes it.
  func publish(_ report: JSONValue, _ parts: Parts) throws {
    try world.onGlobalZero {
      guard report != .null else { return }
      try StandardOutput.write(report.text(indent: 2))
      if let path = parts.paths.report {
        try AtomicFile.write(report.text(), to: path)
        Log.line("report: \(path)")
      }
    }
  }
}
