internal import Glibc

extension SafetensorsWriter {
  /// Locks the output, reserves all files under temporary names and writes their headers.
  /// One rank calls it. What it made is removed again when it throws.
  ///
  /// - Throws: `CheckpointError.outputExists`, `.outputLocked`, `.noSpace`, `.fileSizeLimit`,
  ///   `.system`.
  public func create() throws {
    try Self.checkTarget(path, overwrite: overwrite)
    try checkFileSizeLimit()
    do {
      let made = try Directory.create(directory)
      state.withLock { $0.madeDirectories = made }
      let lock = try OutputLock(
        path: Paths.join(directory, ".\(lockName).lock"), target: path)
      state.withLock { $0.lock = lock }
      try Self.checkTarget(path, overwrite: overwrite)
      try removeStaleFiles()
      for shard in layout.shards {
        let file = try OpenFile(
          temporary(shard.name), O_WRONLY | O_CREAT | O_EXCL, operation: "create")
        try file.reserve(shard.size, needed: layout.byteCount)
        try shard.header.withUnsafeBytes { try file.write($0, at: 0) }
      }
      if let index = layout.index {
        let file = try OpenFile(
          temporary(ModelDirectory.index), O_WRONLY | O_CREAT | O_EXCL, operation: "create")
        try index.withUnsafeBytes { try file.write($0, at: 0) }
        if fsync { try file.synchronize() }
      }
    } catch {
      discard()
      throw error
    }
  }

  /// The name that all runs into this output lock, whatever they shard.
  private var lockName: String {
    isSingleFile ? Paths.name(of: path) : ModelDirectory.single
  }

  /// Whether an output path names one file and not a directory.
  public static func isSingleFile(_ path: String) -> Bool { path.hasSuffix(".safetensors") }

  /// Refuses to replace an output that the user did not give up.
  ///
  /// - Throws: `CheckpointError.outputExists`, `.notRegularFile`.
  public static func checkTarget(_ path: String, overwrite: Bool) throws {
    let path = Paths.expandingTilde(path)
    if isSingleFile(path) {
      guard let kind = Paths.kind(of: path) else { return }
      guard kind == .regular else {
        throw CheckpointError.notRegularFile(path: path, kind: kind.rawValue)
      }
      if !overwrite { throw CheckpointError.outputExists(path: path) }
    } else if !overwrite {
      for name in [ModelDirectory.single, ModelDirectory.index] {
        let existing = Paths.join(path, name)
        if Paths.exists(existing) { throw CheckpointError.outputExists(path: existing) }
      }
    }
  }

  /// Writing past this limit would end the process by a signal.
  private func checkFileSizeLimit() throws {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0,
      let bytes = Int(exactly: limit.rlim_cur)
    else { return }
    for shard in layout.shards where shard.size > bytes {
      throw CheckpointError.fileSizeLimit(path: path, needed: shard.size, limit: bytes)
    }
  }

  /// Removes temporary files of runs that died: whoever holds the lock is the only live one.
  private func removeStaleFiles() throws {
    for name in try Paths.names(in: directory) where isTemporary(name) {
      let stale = Paths.join(directory, name)
      try check("remove", stale) { unlink(stale) }
    }
  }

  private func isTemporary(_ name: String) -> Bool {
    guard name.hasSuffix(".tmp") else { return false }
    return isSingleFile
      ? name.hasPrefix(".\(Paths.name(of: path)).")
      : name.hasPrefix(".model") && name.contains(".safetensors.")
  }
}
