import Checkpoints
import FusionCore
import Tensors

/// One output while it is being written: what `ModelSaver` does, in steps.
///
/// In this order: `begin`; each of `slices` given to what `begin` returned; `finish`; `commit`.
/// After any error `end()`. Every process of `world` needs to call `begin`, `finish` and `commit`;
/// the others talk to no other process.
public final class ModelOutput {
  /// What is written, in the types that it is written in.
  public let model: any StateDict
  /// The directory or file.
  public let path: String

  let world: any Fabric
  let rules: SaveRules
  let writer: SafetensorsWriter
  let companions: CompanionFiles
  private var sink: OutputSlices?
  private let started = ContinuousClock.now
  private let sources: [SourceFiles]
  private let configuration: JSONValue?
  private let adapter: JSONValue?

  /// Plans an output; touches no file. Every process of `world` needs to call this.
  ///
  /// - Parameters:
  ///   - path: a directory, or one file when it ends in `.safetensors`.
  ///   - sources: the checkpoints that the model is made of; they must not change meanwhile.
  /// - Throws: `AgreedError`.
  public init(
    _ model: any StateDict, to path: String, world: any Fabric,
    options: SaveOptions = SaveOptions(), rules: SaveRules = SaveRules(),
    sources: [SourceFiles] = []
  ) throws {
    let path = Self.place(of: model, at: path)
    // The same on every rank, different in every run.
    let runID = String(
      decoding: try world.fromGlobalZero { Array(newRunID().utf8) }, as: UTF8.self)
    let (typed, writer) = try world.agreeing {
      let typed = try options.dtype.map { try model.casting(to: $0.dtype) } ?? model
      let writer = try SafetensorsWriter(
        typed.manifest, to: path, maxShardSize: options.maxShardSize.bytes, runID: runID,
        overwrite: rules.overwrite, fsync: options.fsync, checksum: options.checksum.kind,
        plan: rules.plan)
      return (typed, writer)
    }
    self.model = typed
    self.path = path
    self.world = world
    self.rules = rules
    self.writer = writer
    self.sources = sources
    configuration = (model.origin as? any ConfiguredStateDict)?.configuration
    adapter = (model.origin as? any AdapterStateDict)?.adapterConfiguration
    companions = CompanionFiles(of: path, fsync: options.fsync)
  }

  /// The directory or file that a model is written to: an adapter has one file in its directory.
  static func place(of model: any StateDict, at path: String) -> String {
    let path = Paths.expandingTilde(path)
    guard model.origin is any AdapterStateDict, !SafetensorsWriter.isSingleFile(path) else {
      return path
    }
    return Paths.join(path, SafetensorsWriter.adapterName)
  }

  /// Makes the files under temporary names, or takes up those of an interrupted run, and opens
  /// them.
  ///
  /// - Returns: what takes the slices, safe from several threads.
  /// - Throws: `AgreedError`.
  public func begin() throws -> OutputSlices {
    // Each process looks at the files that it reads, which others may not see.
    try world.agreeing { for source in sources { try source.refuse(asOutput: path) } }
    let found = try world.fromGlobalZero {
      if adapter != nil { try checkAdapterTarget() }
      return try writer.create(resume: rules.resume).encoded
    }
    try world.agreeing { try writer.open(rank: world.globalRank) }
    let written = found.isEmpty ? Coverage([]) : try verify(OutputJournal(encoded: found))
    let sink = OutputSlices(writer, written: written)
    self.sink = sink
    return sink
  }

  /// The slices that this rank is to write.
  public var slices: [Slice] {
    model.slices(part: world.globalRank, of: world.worldSize, limit: Self.sliceElements)
  }

  /// Waits for the disk, takes checksums, and looks whether all is well: inputs unchanged, values
  /// finite where they must be.
  ///
  /// - Throws: `AgreedError`.
  public func finish() throws -> SavedModel {
    let digests = try digests()
    try world.agreeing { for source in sources { try source.checkpoint.checkUnchanged() } }
    return SavedModel(
      path: path,
      files: zip(zip(writer.shardPaths, writer.layout.shards), digests).map {
        SavedModel.File(
          path: $0.0, size: $0.1.size, checksum: FileChecksum(writer.checksum, $1))
      },
      byteCount: writer.layout.byteCount,
      seconds: (ContinuousClock.now - started) / .seconds(1),
      peakMemory: try world.peakMemory(),
      nonFinite: try nonFinite(sink?.nonFiniteCounts ?? []),
      plan: rules.plan, exchangedBytes: try world.exchangedBytes())
  }

  /// Writes the files beside the weights, gives them their final names, then the weights theirs.
  ///
  /// - Parameters:
  ///   - sideFiles: where configuration and tokenizer files are copied from, if any are.
  ///   - describe: makes the text of the manifest, on rank 0, from the names of the files copied.
  /// - Throws: `AgreedError`.
  public func commit(
    sideFiles: (any SideFileSource)? = nil, describe: (([String]) throws -> String)? = nil
  ) throws {
    try world.onGlobalZero {
      let earlier = companions.listedByEarlierManifest()
      try companions.begin()
      var copied = try sideFiles.map { try companions.copySideFiles(from: $0) } ?? []
      if let configuration = try changedConfiguration(of: sideFiles),
        try companions.writeConfiguration(configuration),
        !copied.contains("config.json")
      {
        copied.append("config.json")
      }
      if let adapter { try companions.writeAdapterConfiguration(adapter) }
      if let describe { try companions.writeManifest(try describe(copied)) }
      try companions.publish()
      try writer.commit()
      try companions.remove(earlier.filter { !copied.contains($0) })
    }
  }

  /// Refuses an adapter that could not be told from a model, or that has no place for its
  /// configuration.
  private func checkAdapterTarget() throws {
    guard Paths.name(of: path) == SafetensorsWriter.adapterName else {
      throw SaveError.adapterNeedsDirectory(path: path)
    }
    let directory = Paths.directory(of: path)
    if SafetensorsWriter.exists(directory) { throw SaveError.besideModel(path: directory) }
  }

  /// The `config.json` that holds for what is written, where the copied one does not: that of the
  /// model, or of weights whose codes and scales were read as numbers, with the type that is written.
  private func changedConfiguration(of files: (any SideFileSource)?) throws -> JSONValue? {
    let source = files as? any StoredModel
    let own = try configuration ?? (source?.isDequantized == true ? source?.configuration() : nil)
    // A configuration that cannot be read is copied as it is.
    guard let type = model.manifest.floatType, let known = own ?? (try? source?.configuration())
    else { return own }
    let named = known.naming(floatType: type)
    return named == known ? own : named
  }

  /// Removes what was made, or, where this run or a later one may go on, leaves it.
  public func end() {
    if world.isGlobalZero { companions.discard() }
    if rules.resume && rules.plan != nil { writer.suspend() } else { writer.discard() }
  }

  /// Elements of a slice: few enough for the second cache, from which they are written and counted into
  /// checksums, but not fewer than are read at a time.
  private static var sliceElements: Int { min(max(1 << 17, WorkingMemory.largestRead), 1 << 18) }
}
