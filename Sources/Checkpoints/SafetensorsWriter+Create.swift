internal import Glibc

extension SafetensorsWriter {
  /// Locks the output, reserves all files under temporary names and writes their headers.
  /// One rank calls it. What it made is removed again when it throws.
  ///
  /// - Parameter resume: whether to take up what an interrupted run of the same plan left.
  /// - Returns: what that run says to have written; the bytes are yet to be verified.
  /// - Throws: `CheckpointError.outputExists`, `.outputLocked`, `.noSpace`, `.fileSizeLimit`,
  ///   `.system`.
  @discardableResult
  public func create(resume: Bool = false) throws -> OutputJournal {
    try Self.checkTarget(path, overwrite: overwrite)
    try checkFileSizeLimit()
    do {
      let made = try Directory.create(directory)
      state.withLock { $0.madeDirectories = made }
      // After their launcher was killed, ranks live on for a second.
      let lock = try OutputLock(
        path: lockPath, target: path, runID: runID, patience: resume ? 3 : 0)
      state.withLock { $0.lock = lock }
      try Self.checkTarget(path, overwrite: overwrite)
      if resume, let journal = try interrupted() { return journal }
      for stale in try temporaryFiles() { try check("remove", stale) { unlink(stale) } }
      for shard in layout.shards {
        let file = try OpenFile(
          temporary(shard.name), O_WRONLY | O_CREAT | O_EXCL, operation: "create")
        try file.reserve(shard.size, needed: layout.byteCount)
        try shard.header.withUnsafeBytes { try file.write($0, at: 0) }
      }
      try writeIndex()
      return OutputJournal()
    } catch {
      discard()
      throw error
    }
  }

  func writeIndex() throws {
    guard let index = layout.index else { return }
    let file = try OpenFile(
      temporary(ModelDirectory.index), O_WRONLY | O_CREAT | O_TRUNC, operation: "create")
    try index.withUnsafeBytes { try file.write($0, at: 0) }
    if fsync { try file.synchronize() }
  }

  /// The weights of an adapter, in its directory.
  public static let adapterName = "adapter_model.safetensors"

  /// Whether an output path names one file and not a directory.
  public static func isSingleFile(_ path: String) -> Bool { path.hasSuffix(".safetensors") }

  /// The output at a path: the file of an adapter where there is no model, else the path itself.
  public static func weights(ofOutput path: String) -> String {
    let path = Paths.expandingTilde(path)
    let adapter = Paths.join(path, adapterName)
    return isSingleFile(path) || exists(path) || !Paths.exists(adapter) ? path : adapter
  }

  /// Whether something stands under the final name of an output.
  public static func exists(_ path: String) -> Bool {
    let path = Paths.expandingTilde(path)
    if isSingleFile(path) { return Paths.exists(path) }
    return [ModelDirectory.single, ModelDirectory.index].contains {
      Paths.exists(Paths.join(path, $0))
    }
  }

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

  /// Temporary files and journals of this output, whichever run they are of: whoever holds the
  /// lock is the only live one.
  func temporaryFiles() throws -> [String] {
    try Paths.names(in: directory).filter(isTemporary).map { Paths.join(directory, $0) }
  }

  private func isTemporary(_ name: String) -> Bool {
    guard name.hasSuffix(".tmp") || name.hasSuffix(".journal") else { return false }
    if isSingleFile { return name.hasPrefix(".\(Paths.name(of: path)).") }
    // `.NAME.RUN.tmp`; weights of other outputs in the same directory have other names.
    let ending = ".safetensors."
    guard name.hasPrefix("."), let end = name.firstRange(of: ending) else { return false }
    let file = String(name[name.index(after: name.startIndex)..<end.upperBound].dropLast())
    return file == ModelDirectory.single || isShardName(file)
  }
}
