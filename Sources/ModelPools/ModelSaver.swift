import Checkpoints
import Foundation
import FusionCore
import Synchronization
import Tensors

/// Writes a model from all ranks: each computes and writes its own byte ranges.
public struct ModelSaver {
  private let world: any Fabric
  private let options: SaveOptions
  private let overwrite: Bool
  private let showsProgress: Bool

  /// A saver for the processes of `world`.
  ///
  /// - Parameters:
  ///   - overwrite: whether a complete output may be replaced.
  ///   - showsProgress: whether to show a percentage where standard error is a terminal.
  public init(
    world: any Fabric, options: SaveOptions = SaveOptions(), overwrite: Bool = false,
    showsProgress: Bool = false
  ) {
    self.world = world
    self.options = options
    self.overwrite = overwrite
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
  ///   - describe: makes the text of the manifest, on rank 0.
  /// - Throws: `AgreedError`; nothing is left under the final name then.
  public func save(
    _ model: any StateDict, to path: String, sources: [SourceFiles] = [],
    sideFiles: String? = nil, describe: ((SavedModel) throws -> String)? = nil
  ) throws -> SavedModel {
    let started = ContinuousClock.now
    let path = Paths.expandingTilde(path)
    // The same on every rank, different in every run.
    let runID = String(
      decoding: try world.fromGlobalZero { Array(newRunID().utf8) }, as: UTF8.self)
    let configuration = (model as? any ConfiguredStateDict)?.configuration
    let (model, writer) = try world.agreeing {
      let model = try options.dtype.map { try model.casting(to: $0.dtype) } ?? model
      let writer = try SafetensorsWriter(
        model.manifest, to: path, maxShardSize: options.maxShardSize.bytes, runID: runID,
        overwrite: overwrite, fsync: options.fsync)
      return (model, writer)
    }
    let companions = CompanionFiles(of: path, fsync: options.fsync)
    do {
      try world.onGlobalZero {
        for source in sources { try source.refuse(asOutput: path) }
        try writer.create()
      }
      try world.agreeing {
        try writer.open()
        try write(model, with: writer)
      }
      let digests = try world.agreeing { try finish(writer) }
      try world.agreeing { for source in sources { try source.checkpoint.checkUnchanged() } }
      let saved = SavedModel(
        path: path,
        files: zip(zip(writer.shardPaths, writer.layout.shards), digests).map {
          SavedModel.File(path: $0.0, size: $0.1.size, sha256: $1)
        },
        byteCount: writer.layout.byteCount,
        seconds: (ContinuousClock.now - started) / .seconds(1),
        peakMemory: try world.peakMemory())
      try world.onGlobalZero {
        if let sideFiles { try companions.copySideFiles(from: sideFiles) }
        if let configuration { try companions.writeConfiguration(configuration) }
        if let describe { try companions.writeManifest(try describe(saved)) }
        try writer.commit()
      }
      return saved
    } catch {
      if world.isGlobalZero { companions.discard() }
      writer.discard()
      throw error
    }
  }

  /// Waits for the disk and, on rank 0 meanwhile, takes the checksums of all files.
  private func finish(_ writer: SafetensorsWriter) throws -> [String] {
    let digests = Mutex(writer.temporaryPaths.map { _ in "" })
    let isHashing = world.isGlobalZero
    try Parallel(threads: 2).forEach(isHashing ? 2 : 1) { task in
      if task == 0 { return try writer.finishWriting() }
      let found = try writer.temporaryPaths.map { try Digest.sha256(of: $0) }
      digests.withLock { $0 = found }
    }
    return digests.withLock { $0 }
  }

  private func write(_ model: any StateDict, with writer: SafetensorsWriter) throws {
    let slices = model.slices(
      part: world.globalRank, of: world.worldSize, limit: Self.sliceElements)
    let progress = Progress(total: slices.count, isShown: showsProgress && world.isGlobalZero)
    defer { progress.end() }
    _ = try Parallel(threads: world.threads).forEach(slices.count, makeState: { SliceBuffer() }) {
      buffer, index in
      let slice = slices[index]
      let bytes = buffer.room(slice.count * model.manifest.tensors[slice.tensor].dtype.byteCount)
      try model.read(slice, into: bytes)
      try writer.write(slice, UnsafeRawBufferPointer(bytes))
      progress.advance()
    }
  }

  private static let sliceElements = 1 << 18
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

/// A name for this run that no other run has.
private func newRunID() -> String {
  "\(ProcessInfo.processInfo.processIdentifier)-"
    + String(UInt64(Date().timeIntervalSince1970 * 1e6), radix: 16)
}
