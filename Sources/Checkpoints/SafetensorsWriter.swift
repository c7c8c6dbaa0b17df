internal import Glibc
import Synchronization
import Tensors

/// Writes one output from many processes and threads; it appears complete or not at all.
///
/// Every rank makes the same writer from the same arguments. The phases, between which the ranks
/// agree that all went well:
///
/// 1. one rank: `create(resume:)` locks the output, reserves the files under temporary names,
///    writes their headers; or takes up what an interrupted run of the same plan left;
/// 2. every rank: `open(rank:)`, any number of `write`, `finishWriting()`;
/// 3. the rank that created: `commit()` gives the files their final names.
///
/// After an error anywhere every rank calls `discard()`, or `suspend()` to leave what can be taken
/// up later. A process that is killed leaves nothing but temporary files, which the next run into
/// the same output takes up or removes.
public final class SafetensorsWriter: Sendable {
  /// Where every byte goes.
  public let layout: SafetensorsLayout
  /// The directory that holds, or will hold, the files.
  public let directory: String
  let path: String
  let isSingleFile: Bool
  let overwrite: Bool
  let fsync: Bool
  /// How the files are summed.
  public let checksum: ChecksumKind
  let runID: String
  /// What the bytes depend on, as a checksum; nil when no journal is kept.
  let plan: String?
  let state = Mutex(State())

  struct State {
    var files: [OpenFile] = []
    var digests: [ShardDigest] = []
    var written: [Bool] = []
    var writeBehind = WriteBehind()
    var journal: JournalFile?
    var lock: OutputLock?
    var madeDirectories: [String] = []
    var renamed: [String] = []
  }

  /// Plans the output at `path`; touches no file.
  ///
  /// - Parameters:
  ///   - manifest: the tensors in the types to be written; slices refer to it.
  ///   - path: a directory, or one file when it ends in `.safetensors`.
  ///   - maxShardSize: bytes of tensors in one file of a directory; at least 1.
  ///   - runID: the same on every rank, different in every run; letters, digits and `-`.
  ///   - overwrite: whether a complete output may be replaced (which happens in `commit`).
  ///   - fsync: whether data are on the disk before the final names appear.
  ///   - checksum: how the files are summed while they are written.
  ///   - plan: all that the bytes depend on beside the manifest: method, parameters, seed, state of
  ///     the inputs. A journal is kept where it is given, and only a run with the same one resumes.
  /// - Throws: `CheckpointError.invalidPath`, `.reservedName`, `.headerTooLarge`.
  public init(
    _ manifest: Manifest, to path: String,
    maxShardSize: Int = SafetensorsLayout.defaultShardSize, runID: String,
    overwrite: Bool = false, fsync: Bool = true, checksum: ChecksumKind = .xxh128,
    plan: String? = nil
  ) throws {
    try checkPath(path)
    self.path = Paths.expandingTilde(path)
    isSingleFile = Self.isSingleFile(path)
    directory = isSingleFile ? Paths.directory(of: self.path) : self.path
    let layout =
      isSingleFile
      ? try SafetensorsLayout(manifest, singleFile: Paths.name(of: path))
      : try SafetensorsLayout(manifest, maxShardSize: maxShardSize)
    self.layout = layout
    self.runID = runID
    self.overwrite = overwrite
    self.fsync = fsync
    self.checksum = checksum
    self.plan = plan.map { layout.identity(plan: $0) }
  }

  /// The final paths of the weight files, in the order of the layout's shards.
  public var shardPaths: [String] { layout.shards.map { Paths.join(directory, $0.name) } }

  /// The final path of the index; nil when there is one file.
  public var indexPath: String? {
    layout.index.map { _ in Paths.join(directory, ModelDirectory.index) }
  }

  /// Opens the files that another rank created.
  ///
  /// - Parameter rank: names this rank's journal; different on every rank.
  /// - Throws: `CheckpointError.system`, `.outputLocked` when another run has taken the output.
  public func open(rank: Int = 0) throws {
    let files = try layout.shards.map { shard in
      try OpenFile(temporary(shard.name), O_RDWR, operation: "open")
    }
    // The names are the same in every run: these files are ours if the lock is still.
    guard try OutputLock.holder(at: lockPath) == runID else {
      throw CheckpointError.outputLocked(path: path)
    }
    let journal = try plan.map { try JournalFile(path: journalPath(rank), plan: $0) }
    state.withLock {
      $0.files = files
      $0.digests = layout.shards.map { ShardDigest(checksum, header: $0.header) }
      $0.written = Array(repeating: false, count: files.count)
      $0.journal = journal
    }
  }

  /// Writes the elements of a slice, in the type of the manifest. Safe from several threads.
  ///
  /// - Parameter bytes: exactly the elements of `slice`.
  /// - Throws: `CheckpointError.system`.
  public func write(_ slice: Slice, _ bytes: UnsafeRawBufferPointer) throws {
    let (shard, range) = layout.location(of: slice)
    precondition(bytes.count == range.count, "bytes and slice must agree")
    let (file, journal, digest) = openFile(shard)
    try file.write(bytes, at: range.lowerBound)
    if let journal {
      for record in OutputJournal.records(of: bytes, at: range.lowerBound, shard: shard) {
        try journal.add(record)
      }
    }
    let due = state.withLock { state in
      state.written[shard] = true
      return fsync ? state.writeBehind.add(range, of: shard) : nil
    }
    if let due { file.startWriteBack(due) }
    try digest.add(bytes, at: range.lowerBound, of: file)
  }

  func openFile(_ shard: Int) -> (OpenFile, JournalFile?, ShardDigest) {
    state.withLock { state in
      precondition(!state.files.isEmpty, "open() comes before reading and writing")
      return (state.files[shard], state.journal, state.digests[shard])
    }
  }

  /// How many bytes of every file this rank's checksums have gone through so far, beyond the header.
  public var digestedBytes: [Int] {
    let digests = state.withLock { $0.digests }
    return zip(digests, layout.shards).map { $0.position - $1.header.count }
  }

  /// Ends the checksum of a file that all ranks have finished: takes what this rank has not taken
  /// while it wrote.
  ///
  /// - Returns: its digits.
  /// - Throws: `CheckpointError.system`, `.truncated`.
  public func digest(of shard: Int) throws -> String {
    let digest = state.withLock { $0.digests[shard] }
    let (file, _) = try OpenFile.reading(temporary(layout.shards[shard].name))
    return try digest.finish(file, size: layout.shards[shard].size)
  }

  /// Makes the journal say all that was written so far.
  ///
  /// - Throws: `CheckpointError.system`.
  public func flushJournal() throws {
    try state.withLock { $0.journal }?.flush()
  }

  /// Ends this rank's writing: waits for its data to reach the disk, if so asked, and learns of
  /// errors that the system kept until now.
  ///
  /// - Throws: `CheckpointError.system`.
  public func finishWriting() throws {
    try flushJournal()
    let (files, written, isCreator) = state.withLock { state in
      defer {
        state.files = []
        state.journal = nil
      }
      return (state.files, state.written, state.lock != nil)
    }
    for (file, written) in zip(files, written) where written || isCreator {
      if fsync { try file.synchronize() }
      try file.flush()
    }
  }

  func temporary(_ name: String) -> String { Paths.join(directory, ".\(name).tmp") }

  func journalPath(_ rank: Int) -> String {
    Paths.join(directory, ".\(stem).\(rank).journal")
  }

  var lockPath: String { Paths.join(directory, ".\(stem).lock") }

  /// The name that all runs into this output lock, whatever they shard.
  private var stem: String { isSingleFile ? Paths.name(of: path) : ModelDirectory.single }
}
