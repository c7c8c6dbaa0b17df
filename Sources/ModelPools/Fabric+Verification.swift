import Checkpoints
import FusionCore
import Synchronization
import Threading

extension Fabric {
  /// Compares the files of an output with its manifest: sizes, checksums, headers, index. Files
  /// are dealt to ranks and threads.
  ///
  /// Every process needs to call this method.
  ///
  /// - Parameter path: the directory or file.
  /// - Returns: the manifest.
  /// - Throws: `AgreedError` for the first file that is not what the manifest says.
  public func verifyOutput(_ path: String) throws -> MergeManifest {
    let path = SafetensorsWriter.weights(ofOutput: path)
    let manifest = try agreeing { try MergeManifest(of: path) }
    let place: @Sendable (String) -> String = { MergeManifest.place(of: $0, in: path) }
    try agreeing {
      // Sizes and headers cost nothing: every rank looks, so that gross damage is told at once.
      for output in manifest.outputs {
        let size = try FileStatus(path: place(output.file)).size
        guard size == output.size else {
          throw ManifestError.wrongSize(place(output.file), expected: output.size, found: size)
        }
      }
      let held = Set(try Checkpoint.open(path).files.map(\.path).map { Paths.name(of: $0) })
      for output in manifest.outputs where !held.contains(output.file) {
        throw ManifestError.unreadable(
          MergeManifest.path(of: path), reason: "'\(output.file)' is not part of the model")
      }
    }
    let (rank, ranks) = (globalRank, worldSize)
    let mine = manifest.outputs.enumerated().filter { $0.offset % ranks == rank }.map(\.element)
    try agreeing {
      try Parallel(threads: threads).forEach(mine.count) { index in
        let output = mine[index]
        let found = try FileChecksum(output.checksum.kind, of: place(output.file))
        guard found == output.checksum else {
          throw ManifestError.wrongChecksum(
            place(output.file), expected: output.checksum, found: found)
        }
      }
    }
    return manifest
  }
}
