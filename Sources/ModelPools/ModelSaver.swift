import Checkpoints
import FusionCore
import Tensors

/// Writes a model from all ranks: each computes and writes its own byte ranges.
public struct ModelSaver {
  private let world: any Fabric
  private let options: SaveOptions
  private let rules: SaveRules
  private let showsProgress: Bool

  /// A saver for the processes of `world`.
  ///
  /// - Parameters:
  ///   - showsProgress: whether to show a percentage where standard error is a terminal.
  public init(
    world: any Fabric, options: SaveOptions = SaveOptions(), rules: SaveRules = SaveRules(),
    showsProgress: Bool = false
  ) {
    self.world = world
    self.options = options
    self.rules = rules
    self.showsProgress = showsProgress
  }

  /// Computes and writes `model`.
  ///
  /// The weights get their final names last, so that what is there under them is whole: with the
  /// files beside them, checksums taken, inputs unchanged. Every process of `world` needs to call
  /// this method.
  ///
  /// - Parameters:
  ///   - path: a directory, or one file when it ends in `.safetensors`.
  ///   - sources: the checkpoints that the model is made of; they must not change meanwhile.
  ///   - sideFiles: the directory of configuration and tokenizer files to copy, if any.
  ///   - describe: makes the text of the manifest, on rank 0, from what was saved and the names of
  ///     the files copied.
  /// - Throws: `AgreedError`; nothing is left under the final name then.
  public func save(
    _ model: any StateDict, to path: String, sources: [SourceFiles] = [],
    sideFiles: String? = nil, describe: ((SavedModel, [String]) throws -> String)? = nil
  ) throws -> SavedModel {
    if let complete = try complete(path) { return complete }
    let output = try ModelOutput(
      model, to: path, world: world, options: options, rules: rules, sources: sources)
    do {
      let sink = try output.begin()
      try world.agreeing { try write(output.model, output.slices, to: sink) }
      let saved = try output.finish()
      try output.commit(
        sideFiles: sideFiles,
        describe: describe.map { describe in { try describe(saved, $0) } })
      return saved
    } catch {
      output.end()
      throw error
    }
  }

  /// The output at `path`, if it is complete, was made by the same plan, and holds what its
  /// manifest says; nil unless this saver resumes.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Throws: `AgreedError`.
  public func complete(_ path: String) throws -> SavedModel? {
    guard rules.resume, let plan = rules.plan else { return nil }
    let started = ContinuousClock.now
    let path = Paths.expandingTilde(path)
    let answer = try world.fromGlobalZero {
      let isThere = (try? MergeManifest(of: path))?.plan == plan && SafetensorsWriter.exists(path)
      return isThere ? [1] : []
    }
    if answer.isEmpty { return nil }
    let manifest: MergeManifest
    do {
      manifest = try world.verifyOutput(path)
    } catch let error as AgreedError {
      if world.isGlobalZero { Log.line("not resumed: \(error)") }
      return nil
    }
    if world.isGlobalZero { Log.line("\(path) is complete: its files are what its manifest says") }
    return SavedModel(
      path: path,
      files: manifest.outputs.map {
        SavedModel.File(path: "\(path)/\($0.file)", size: $0.size, sha256: $0.sha256)
      },
      byteCount: manifest.outputs.reduce(0) { $0 + $1.size },
      seconds: (ContinuousClock.now - started) / .seconds(1),
      peakMemory: try world.peakMemory(), nonFinite: [], plan: plan)
  }

  private func write(
    _ model: any StateDict, _ slices: [Slice], to output: OutputSlices
  ) throws {
    let progress = Progress(total: slices.count, isShown: showsProgress && world.isGlobalZero)
    defer { progress.end() }
    _ = try Parallel(threads: world.threads).forEach(slices.count, makeState: { SliceBuffer() }) {
      buffer, index in
      let slice = slices[index]
      let bytes = buffer.room(slice.count * model.manifest.tensors[slice.tensor].dtype.byteCount)
      if output.isWritten(slice) {
        try output.adopt(slice, bytes)
      } else {
        try model.read(slice, into: bytes)
        try output.write(slice, UnsafeRawBufferPointer(bytes))
      }
      progress.advance()
    }
  }
}

/// One thread's buffer for what it writes.
private final class SliceBuffer {
  private var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  func room(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if bytes.count < count {
      bytes.deallocate()
      bytes = .allocate(byteCount: count, alignment: 4096)
    }
    return .init(rebasing: bytes[0..<count])
  }

  deinit { bytes.deallocate() }
}
