import Tensors
import Wording

extension Checkpoint {
  /// Opens a model: a Hugging Face directory, one `.safetensors` file, the index of a sharded
  /// checkpoint, or, when no such path exists, the `org/name` of a model in the local cache of
  /// the hub.
  ///
  /// - Throws: `CheckpointError`, naming the path and what would do.
  public static func open(_ path: String) throws -> Checkpoint {
    let file = try weights(at: path)
    if file.hasSuffix(".json") { return try sharded(index: file, label: path) }
    let weights = try SafetensorsFile(path: file)
    guard !weights.header.manifest.tensors.isEmpty else {
      throw CheckpointError.noTensors(path: file)
    }
    return try Checkpoint(label: path, directory: Paths.directory(of: file), files: [weights])
  }

  /// The file to open for `path`: safetensors or an index.
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
    if expanded.hasSuffix(".safetensors") || expanded.hasSuffix(".safetensors.index.json") {
      return expanded
    }
    for ending in [".bin", ".pt", ".pth", ".ckpt", ".bin.index.json"]
    where expanded.hasSuffix(ending) {
      throw CheckpointError.needsSafetensors(path: path)
    }
    throw CheckpointError.unknownFormat(path: path)
  }

  /// The snapshot of a model of the hub; nil when the text is rather the path of a file that is
  /// not there.
  private static func snapshot(of name: String) throws -> String? {
    do {
      return try HubCache.snapshot(of: name)
    } catch CheckpointError.notCached where Paths.kind(of: Paths.directory(of: name)) == .directory
    {
      return nil
    }
  }

  /// Opens all shards and checks that they hold just what the index lists.
  private static func sharded(index path: String, label: String) throws -> Checkpoint {
    let index = try ShardedIndex(path: path)
    let directory = Paths.directory(of: path)
    let names = index.shards
    let files = try names.map { try SafetensorsFile(path: Paths.join(directory, $0)) }
    var holders: [TensorName: Int] = [:]
    for (number, file) in files.enumerated() {
      for tensor in file.header.manifest.tensors {
        if let other = holders.updateValue(number, forKey: tensor.name) {
          throw CheckpointError.inTwoShards(
            index: path, tensor: tensor.name, shard: names[other], other: names[number])
        }
      }
    }
    for (tensor, shard) in index.weightMap {
      let holder = holders.removeValue(forKey: tensor).map { names[$0] }
      guard let holder, TensorName(holder) == TensorName(shard) else {
        throw CheckpointError.notInShard(
          index: path, tensor: tensor, shard: shard, holder: holder)
      }
    }
    for (name, file) in zip(names, files) {
      for tensor in file.header.manifest.tensors where holders[tensor.name] != nil {
        throw CheckpointError.notInIndex(index: path, tensor: tensor.name, shard: name)
      }
    }
    return try Checkpoint(label: label, directory: directory, files: files)
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
