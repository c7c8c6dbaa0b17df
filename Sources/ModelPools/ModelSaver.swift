import Checkpoints
import FusionCore
import Tensors
import Threading

/// Writes models from all ranks: each computes and writes its own byte ranges.
public struct ModelSaver {
  private let world: any Fabric
  private let showsProgress: Bool

  /// A saver for the processes of `world`.
  ///
  /// - Parameter showsProgress: whether to show a percentage where standard error is a terminal.
  public init(world: any Fabric, showsProgress: Bool = false) {
    self.world = world
    self.showsProgress = showsProgress
  }

  /// Computes and writes a model.
  ///
  /// The weights get their final names last, so that what is there under them is whole: with the
  /// files beside them, checksums taken, inputs unchanged. Every process of `world` needs to call
  /// this method.
  ///
  /// - Throws: `AgreedError`; nothing is left under the final name then.
  public func save(_ request: SaveRequest) throws -> SavedModel {
    try save([request])[0].get()
  }

  /// Computes and writes several models in one pass over what they are made of, where they are
  /// merges of the same sources.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Parameter requests: at least one.
  /// - Returns: what each came to; nothing is left under the final name of one that failed.
  /// - Throws: `AgreedError` when they could not be computed and written; nothing is left under any
  ///   final name then but what was complete before.
  public func save(_ requests: [SaveRequest]) throws -> [Result<SavedModel, AgreedError>] {
    var saved: [Result<SavedModel, AgreedError>?] = try requests.map { try complete($0) }
      .map { $0.map { .success($0) } }
    let open = requests.indices.filter { saved[$0] == nil }
    var outputs: [ModelOutput] = []
    do {
      for position in open {
        let request = requests[position]
        outputs.append(
          try ModelOutput(
            request.model, to: request.path, world: world, options: request.options,
            rules: request.rules, sources: request.sources))
      }
      let sinks = try outputs.map { try $0.begin() }
      for members in StateDictGroup.groups(of: outputs.map(\.model)) {
        try world.agreeing {
          try write(
            StateDictGroup(members.map { outputs[$0].model }), outputs[members[0]].slices,
            to: members.map { sinks[$0] })
        }
      }
      for (position, output) in zip(open, outputs) {
        saved[position] = try world.outcome { try finish(output, requests[position]) }
        if case .failure? = saved[position] { output.end() }
      }
    } catch {
      for (position, output) in zip(open, outputs) where saved[position] == nil { output.end() }
      throw error
    }
    return saved.compactMap { $0 }
  }

  private func finish(_ output: ModelOutput, _ request: SaveRequest) throws -> SavedModel {
    let saved = try output.finish()
    try output.commit(
      sideFiles: request.sideFiles,
      describe: request.describe.map { describe in { try describe(saved, $0) } })
    return saved
  }

  /// The output at a request's path, if it is complete, was made by the same plan, and holds what
  /// its manifest says; nil unless the request resumes.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Throws: `AgreedError`.
  public func complete(_ request: SaveRequest) throws -> SavedModel? {
    guard request.rules.resume, let plan = request.rules.plan else { return nil }
    let started = ContinuousClock.now
    let path = ModelOutput.place(of: request.model, at: request.path)
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
    try world.agreeing {
      let found = (manifest.nonFinite ?? [:]).min { $0.key < $1.key }
      if request.rules.strictFinite, let (tensor, count) = found {
        throw SaveError.completeNotFinite(path: path, tensor: tensor, count: count)
      }
    }
    if world.isGlobalZero { Log.line("\(path) is complete: its files are what its manifest says") }
    return SavedModel(
      path: path,
      files: manifest.outputs.map {
        SavedModel.File(
          path: MergeManifest.place(of: $0.file, in: path), size: $0.size, checksum: $0.checksum)
      },
      byteCount: manifest.outputs.reduce(0) { $0 + $1.size },
      seconds: (ContinuousClock.now - started) / .seconds(1),
      peakMemory: try world.peakMemory(), nonFinite: [], plan: plan)
  }

  private func write(
    _ group: StateDictGroup, _ slices: [Slice], to outputs: [OutputSlices]
  ) throws {
    let progress = Progress(total: slices.count, isShown: showsProgress && world.isGlobalZero)
    defer { progress.end() }
    let parallel = Parallel(threads: world.readingThreads)
    _ = try parallel.forEach(slices.count, makeState: { SliceBuffers() }) {
      buffers, index in
      let slice = slices[index]
      let bytes = buffers.room(group.byteCounts(of: slice))
      if outputs.allSatisfy({ $0.isWritten(slice) }) {
        for (output, bytes) in zip(outputs, bytes) { try output.adopt(slice, bytes) }
      } else {
        try group.read(slice, into: bytes)
        for (output, bytes) in zip(outputs, bytes) {
          try output.write(slice, UnsafeRawBufferPointer(bytes))
        }
      }
      progress.advance()
    }
  }
}
