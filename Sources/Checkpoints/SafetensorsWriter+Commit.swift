internal import Glibc
import Wording

extension SafetensorsWriter {
  /// Gives the files their final names, the index last, and ends the lock. The rank that created
  /// calls it, after every rank has finished writing.
  ///
  /// Files of an earlier output that the new one does not replace are removed at the end, so that
  /// at no moment a mixture of both can be loaded.
  ///
  /// - Throws: `CheckpointError.wrongFileSize`, `.system`; call `discard()` then.
  public func commit() throws {
    let identities = try layout.shards.map { shard in
      let status = try FileStatus(path: temporary(shard.name))
      guard status.size == shard.size else {
        throw CheckpointError.wrongFileSize(
          path: temporary(shard.name), expected: shard.size, found: status.size)
      }
      return status.identity
    }
    let superseded = try supersededFiles()
    if let indexPath, Paths.exists(indexPath), shardPaths.contains(where: Paths.exists) {
      // Shards of the same names are about to change under the earlier index.
      try check("remove", indexPath) { unlink(indexPath) }
      try synchronizeDirectory()
    }
    for (shard, identity) in zip(layout.shards, identities) {
      try rename(shard.name, identity)
    }
    try synchronizeDirectory()
    if layout.index != nil {
      let name = ModelDirectory.index
      try rename(name, try FileStatus(path: temporary(name)).identity)
      try synchronizeDirectory()
    }
    state.withLock { $0.renamed = [] }  // complete: a discard must not touch it any more
    for file in try superseded + temporaryFiles() { try check("remove", file) { unlink(file) } }
    if !superseded.isEmpty { try synchronizeDirectory() }
    state.withLock { state in
      state.lock?.release()
      state.lock = nil
      state.madeDirectories = []
    }
  }

  /// Removes all that this run made and ends the lock. Safe to call at any time and more than
  /// once; after `commit()`, and on ranks that did not create, it only closes files.
  public func discard() {
    state.withLock { state in
      state.files = []
      state.journal = nil
      guard let lock = state.lock else { return }
      for file in ((try? temporaryFiles()) ?? []) + state.renamed { unlink(file) }
      state.renamed = []
      lock.release()
      state.lock = nil
      Directory.remove(state.madeDirectories)
      state.madeDirectories = []
    }
  }

  /// Ends the lock and leaves the temporary files to a run that resumes. Safe to call at any time
  /// and more than once; after `commit()` it only closes files.
  public func suspend() {
    try? flushJournal()  // What it does not say is done again.
    state.withLock { state in
      state.files = []
      state.journal = nil
      state.lock?.release()
      state.lock = nil
    }
  }

  private func rename(_ name: String, _ identity: FileIdentity) throws {
    let final = Paths.join(directory, name)
    let temporary = temporary(name)
    do {
      try check("rename to '\(oneLine(name))'", temporary) { Glibc.rename(temporary, final) }
    } catch {
      // A network file system may repeat a request that had succeeded, and report ENOENT.
      guard FileIdentity.of(final) == identity else { throw error }
    }
    state.withLock { $0.renamed.append(final) }
  }

  private func synchronizeDirectory() throws {
    if fsync { try Directory.synchronize(directory) }
  }

  /// Weight files of an earlier output in the same directory that the new one does not replace.
  private func supersededFiles() throws -> [String] {
    guard overwrite, !isSingleFile else { return [] }
    let replaced = Set(layout.shards.map(\.name))
    return try Paths.names(in: directory).filter { name in
      guard !replaced.contains(name) else { return false }
      return name == ModelDirectory.single || isShardName(name)
        || (name == ModelDirectory.index && layout.index == nil)
    }.map { Paths.join(directory, $0) }
  }

  /// Whether `name` is like `model-00001-of-00003.safetensors`.
  func isShardName(_ name: String) -> Bool {
    guard name.hasPrefix("model-"), name.hasSuffix(".safetensors") else { return false }
    let numbers = name.dropFirst("model-".count).dropLast(".safetensors".count)
    let parts = numbers.split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 3 && parts[1] == "of"
      && [parts[0], parts[2]].allSatisfy { part in
        part.utf8.count >= 5
          && part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      }
  }
}
