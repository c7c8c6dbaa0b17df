import Tensors

/// The index of a sharded checkpoint: which file holds which tensor.
public struct ShardedIndex: Sendable {
  /// The most bytes that an index may have.
  public static let sizeLimit = 100_000_000

  /// Every tensor and the name of its shard, in the order of the index.
  public let weightMap: [(tensor: TensorName, shard: String)]

  /// The names of the shards, sorted by their bytes.
  public var shards: [String] {
    // Tensors of one shard usually follow each other.
    var names: Set<TensorName> = []
    for (number, entry) in weightMap.enumerated()
    where number == 0 || entry.shard != weightMap[number - 1].shard {
      names.insert(TensorName(entry.shard))
    }
    return names.sorted().map(\.string)
  }

  /// Reads the index at `path`.
  ///
  /// - Throws: `CheckpointError`; `.shardName` for a shard that is not the plain name of a
  ///   safetensors file (`.bin` where the index ends in `.bin.index.json`), so that no index leads
  ///   out of its directory.
  public init(path: String) throws {
    let (file, status) = try OpenFile.reading(path)
    guard status.size <= ShardedIndex.sizeLimit else {
      throw CheckpointError.indexTooLarge(
        path: path, size: status.size, limit: ShardedIndex.sizeLimit)
    }
    let json = UnsafeMutableRawBufferPointer.allocate(byteCount: status.size, alignment: 8)
    defer { json.deallocate() }
    try file.read(at: 0, into: json)
    try self.init(json: UnsafeRawBufferPointer(json), path: path)
  }

  /// Reads an index from its text.
  ///
  /// - Parameter path: the file, for messages.
  /// - Throws: `CheckpointError`.
  public init(json: UnsafeRawBufferPointer, path: String) throws {
    var map: [(tensor: TensorName, shard: String)]?
    do {
      map = try json.withMemoryRebound(to: UInt8.self) { try ShardedIndex.readMap($0) }
    } catch let fault as JSONFault {
      throw CheckpointError.json(path: path, tensor: nil, fault)
    }
    guard let map else { throw CheckpointError.noWeightMap(path: path) }
    guard !map.isEmpty else { throw CheckpointError.noTensors(path: path) }
    let ending = path.hasSuffix(".bin.index.json") ? ".bin" : ".safetensors"
    for (tensor, shard) in map where !ShardedIndex.isPlainName(shard, ending: ending) {
      throw CheckpointError.shardName(
        index: path, tensor: tensor, shard: shard, ending: ending)
    }
    weightMap = map
  }

  private static func readMap(
    _ json: UnsafeBufferPointer<UInt8>
  ) throws -> [(tensor: TensorName, shard: String)]? {
    var scanner = JSONScanner(json)
    var map: [(tensor: TensorName, shard: String)]?
    var keys = KeySet()
    scanner.skipSpace()
    try scanner.object { scanner, key in
      try keys.insert(key, in: scanner)
      guard key == "weight_map" else { return try scanner.skipValue(depth: 1) }
      var members: [(tensor: TensorName, shard: String)] = []
      var names = KeySet()
      try scanner.object { scanner, name in
        try names.insert(name, in: scanner)
        members.append((TensorName(name), try scanner.string()))
      }
      map = members
    }
    try scanner.expectEnd()
    return map
  }

  /// Whether `name` names a file of weights in the directory of the index and nowhere else.
  private static func isPlainName(_ name: String, ending: String) -> Bool {
    let bytes = name.utf8
    return bytes.count > ending.utf8.count && bytes.count <= 255 && name.hasSuffix(ending)
      && !bytes.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") || $0 == 0 }
  }
}
