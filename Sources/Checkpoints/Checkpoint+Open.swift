import Synchronization
import Tensors
import Threading
import Wording

extension Checkpoint {
  /// Opens a model: a Hugging Face directory, one `.safetensors` file or PyTorch checkpoint
  /// (`.bin`, `.pt`, `.pth`, `.ckpt`), the index of a sharded checkpoint, or, when no such path
  /// exists, the `org/name` of a model in the local cache of the hub.
  ///
  /// - Throws: `CheckpointError` and `TorchError`, naming the path and what would do.
  public static func open(_ path: String) throws -> Checkpoint {
    let file = try weights(at: path)
    if file.hasSuffix(".json") { return try sharded(index: file, label: path) }
    return try self.file(file, label: path)
  }

  /// Opens one file.
  static func file(_ path: String, label: String) throws -> Checkpoint {
    let weights = try tensorFile(path)
    guard !weights.manifest.tensors.isEmpty else {
      throw CheckpointError.noTensors(path: path)
    }
    return Checkpoint(
      label: label, directory: Paths.directory(of: path), files: [weights],
      table: try TensorTable([weights]))
  }

  private static func tensorFile(_ path: String) throws -> any TensorFile {
    path.hasSuffix(".safetensors")
      ? try SafetensorsFile(path: path) : try TorchFile(path: path)
  }

  /// The file to open for `path`: weights or an index.
  private static func weights(at path: String) throws -> String {
    try checkPath(path)
    let expanded = Paths.expandingTilde(path)
    guard Paths.exists(expanded) else {
      if let snapshot = try snapshot(of: path) {
        return try ModelDirectory.weights(in: snapshot)
      }
      throw CheckpointError.missing(path: path, didYouMean: neighbour(of: expanded))
    }
    if try FileStatus(path: expanded).kind == .directory {
      return try ModelDirectory.weights(in: expanded)
    }
    let endings =
      [".safetensors", ".safetensors.index.json", ".bin.index.json"] + ModelDirectory.torchEndings
    if endings.contains(where: expanded.hasSuffix) { return expanded }
    throw CheckpointError.unknownFormat(path: path)
  }

  /// The snapshot of a model of the hub; nil when the text is rather the path of a file that is
  /// not there.
  static func snapshot(of name: String) throws -> String? {
    do {
      return try HubCache.snapshot(of: name)
    } catch CheckpointError.notCached where Paths.kind(of: Paths.directory(of: name)) == .directory
    {
      return nil
    }
  }

  /// Opens all shards and checks that they hold just what the index lists.
  private static func sharded(index path: String, label: String) throws -> Checkpoint {
    let index = try ShardedIndex.read(path)
    let directory = Paths.directory(of: path)
    let files = try open(index.shards.map { Paths.join(directory, $0) })
    let table = try checkedTables.table(of: files, index: index) {
      try checkedTable(of: files, index, path)
    }
    return Checkpoint(label: label, directory: directory, files: files, table: table)
  }

  private static let checkedTables = CheckedTables()

  private static func checkedTable(
    of files: [any TensorFile], _ index: ShardedIndex, _ path: String
  ) throws -> TensorTable {
    let names = index.shards
    let table: TensorTable
    do {
      table = try TensorTable(files)
    } catch TensorError.duplicateName(let tensor) {
      let holders = zip(names, files).filter { $1.manifest.position(of: tensor) != nil }.map(\.0)
      throw CheckpointError.inTwoShards(
        index: path, tensor: tensor, shard: holders[0], other: holders[1])
    }
    for (tensor, shard) in index.weightMap {
      let holder = table.holder(of: tensor)
      guard holder == shard else {
        throw CheckpointError.notInShard(
          index: path, tensor: tensor, shard: names[shard], holder: holder.map { names[$0] })
      }
    }
    // The index names a tensor once, so as many are all.
    if table.manifest.tensors.count > index.weightMap.count {
      let listed = Set(index.weightMap.map(\.tensor))
      for (name, file) in zip(names, files) {
        for tensor in file.manifest.tensors where !listed.contains(tensor.name) {
          throw CheckpointError.notInIndex(index: path, tensor: tensor.name, shard: name)
        }
      }
    }
    return table
  }

  /// Opens the shards of a model, several at once: on a network file system, opening is waiting.
  private static func open(_ paths: [String]) throws -> [any TensorFile] {
    let files = Mutex([(any TensorFile)?](repeating: nil, count: paths.count))
    try Parallel(threads: 4).forEach(paths.count) { number in
      let file = try tensorFile(paths[number])
      files.withLock { $0[number] = file }
    }
    return files.withLock { $0.compactMap(\.self) }
  }

  /// A path that exists and is spelled nearly like `path`.
  private static func neighbour(of path: String) -> String? {
    let directory = Paths.directory(of: path)
    guard let names = try? Paths.names(in: directory) else {
      let parent = directory == path || directory == "." ? nil : neighbour(of: directory)
      return parent.map { Paths.join($0, Paths.name(of: path)) }.flatMap {
        Paths.exists($0) ? $0 : nil
      }
    }
    return nearest(to: Paths.name(of: path), among: names)
      .map { Paths.join(directory, $0) }
  }
}
