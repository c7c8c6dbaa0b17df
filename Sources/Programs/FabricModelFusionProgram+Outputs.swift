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
    let saved: ModelSaver.Saved?
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
      return models.map { Output(name: $0.name, model: $0.model, saved: nil) }
    }
    try world.onGlobalZero { try refuseInputs(as: path, parts.pool) }
    let saver = ModelSaver(
      world: world, options: parts.saving, overwrite: overwrite,
      showsProgress: parts.options.progress)
    return try models.map { name, model in
      let target = name.map { "\(path)/\($0)" } ?? path
      let saved = try saver.save(
        model, to: target, sideFilesFrom: try world.agreeing { try parts.pool.sideFileDirectory() })
      if world.isGlobalZero {
        Log.line("saved \(target) (\(saved.byteCount) bytes)")
        if let note = (model as? ElementwiseMerge)?.differenceNote { Log.line(note) }
      }
      return Output(name: name, model: model, saved: saved)
    }
  }

  private func refuseInputs(as path: String, _ pool: BaseModelPool) throws {
    let target = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    for name in pool.allModelNames {
      guard let checkpoint = try pool.loadModel(name) as? Checkpoint else { continue }
      let places = [checkpoint.directory] + checkpoint.files.map(\.path)
      let isInput = places.contains {
        URL(fileURLWithPath: $0).standardizedFileURL.resolvingSymlinksInPath().path == target
      }
      if isInput { throw ProgramError.inputIsOutput(model: name, path: path) }
    }
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

  /// Writes beside every saved model where it came from.
  func writeManifests(of outputs: [Output], _ parts: Parts) throws {
    let memory = try world.allGather(peakMemoryText())
      .map { Int(String(decoding: $0, as: UTF8.self)) ?? 0 }
    try world.onGlobalZero {
      for saved in outputs.compactMap(\.saved) {
        let manifest = try mergeManifest(saved, parts, peakMemory: memory)
        let isFile = saved.path.hasSuffix(".safetensors")
        try AtomicFile.write(
          manifest.text(indent: 2),
          to: isFile ? "\(saved.path).manifest.json" : "\(saved.path)/merge_manifest.json",
          fsync: parts.saving.fsync)
      }
    }
  }

  /// Prints the report and writes it.
  func publish(_ report: JSONValue, _ parts: Parts) throws {
    try world.onGlobalZero {
      guard report != .null else { return }
      print(report.text(indent: 2), terminator: "")
      if let path = parts.paths.report {
        try AtomicFile.write(report.text(), to: path)
        Log.line("report: \(path)")
      }
    }
  }
}

extension ElementwiseMerge {
  /// A line about integer tensors that the inputs disagree on.
  fileprivate var differenceNote: String? {
    let names = inputs.differingIntegers
    guard let first = names.first else { return nil }
    return "\(names.count) integer tensor(s) differ between models, such as '\(first)'; "
      + "the values of the pre-trained or first model are kept"
  }
}
