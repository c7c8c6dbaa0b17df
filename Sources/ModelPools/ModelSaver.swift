import Checkpoints
import Foundation
import FusionCore
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

  /// One finished output.
  public struct Saved {
    /// The directory or file.
    public let path: String
    /// The weight files, with their bytes and, on rank 0, SHA-256.
    public let files: [(path: String, size: Int, sha256: String)]
    /// Bytes of all weight files together.
    public let byteCount: Int
  }

  /// Computes and writes `model`.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Parameters:
  ///   - path: a directory, or one file when it ends in `.safetensors`.
  ///   - directory: where configuration and tokenizer files are copied from, if anywhere.
  /// - Throws: `AgreedError`; nothing is left under the final name then.
  public func save(_ model: any StateDict, to path: String, sideFilesFrom directory: String?) throws
    -> Saved
  {
    let model = try world.agreeing {
      try options.dtype.map { try model.casting(to: $0.dtype) } ?? model
    }
    // The same on every rank, different in every run.
    let runID = String(
      decoding: try world.fromGlobalZero { Array(newRunID().utf8) }, as: UTF8.self)
    let writer = try world.agreeing {
      try SafetensorsWriter(
        model.manifest, to: path, maxShardSize: options.maxShardSize.bytes, runID: runID,
        overwrite: overwrite, fsync: options.fsync)
    }
    do {
      try world.onGlobalZero { try writer.create() }
      try world.agreeing {
        try writer.open()
        try write(model, with: writer)
        try writer.finishWriting()
      }
      var digests: [String] = []
      try world.onGlobalZero {
        try writer.commit()
        if let directory, !path.hasSuffix(".safetensors") {
          try SideFiles.copy(from: directory, to: path, fsync: options.fsync)
        }
        digests = try writer.shardPaths.map { try Digest.sha256(of: $0) }
      }
      let files = zip(writer.shardPaths, writer.layout.shards).enumerated().map { index, shard in
        (shard.0, shard.1.size, index < digests.count ? digests[index] : "")
      }
      return Saved(path: path, files: files, byteCount: writer.layout.byteCount)
    } catch {
      writer.discard()
      throw error
    }
  }

  private func write(_ model: any StateDict, with writer: SafetensorsWriter) throws {
    let slices = model.manifest.slices(
      part: world.globalRank, of: world.worldSize, limit: Self.sliceElements)
    let progress = Progress(total: slices.count, isShown: showsProgress && world.isGlobalZero)
    _ = try Parallel(threads: world.threads).forEach(slices.count, makeState: { SliceBuffer() }) {
      buffer, index in
      let slice = slices[index]
      let bytes = buffer.room(slice.count * model.manifest.tensors[slice.tensor].dtype.byteCount)
      try model.read(slice, into: bytes)
      try writer.write(slice, UnsafeRawBufferPointer(bytes))
      progress.advance()
    }
    progress.end()
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
