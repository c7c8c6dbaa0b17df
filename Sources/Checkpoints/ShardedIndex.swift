import Tensors

/// The index of a sharded checkpoint: which file holds which tensor.
public final class ShardedIndex: Sendable {
  /// The most bytes that an index may have.
  public static let sizeLimit = 100_000_000

  /// The names of the shards, sorted by their bytes.
  public let shards: [String]
  /// Every tensor and the number of its shard, in the order of the index.
  public let weightMap: [(tensor: TensorName, shard: Int)]

  private static let known = ParsedOnce<ShardedIndex>()

  /// Reads the index at `path`; the same object where the same text was read before.
  ///
  /// - Throws: `CheckpointError`; `.shardName` for a shard that is not the plain name of a
  ///   safetensors file (`.bin` where the index ends in `.bin.index.json`), so that no index leads
  ///   out of its directory.
  public static func read(_ path: String) throws -> ShardedIndex {
    let (file, status) = try OpenFile.reading(path)
    guard status.size <= ShardedIndex.sizeLimit else {
      throw CheckpointError.indexTooLarge(
        path: path, size: status.size, limit: ShardedIndex.sizeLimit)
    }
    let json = UnsafeMutableRawBufferPointer.allocate(byteCount: status.size, alignment: 8)
    defer { json.deallocate() }
    try file.read(at: 0, into: json)
    let text = UnsafeRawBufferPointer(json)
    let index = try known.value(of: text) { try ShardedIndex(json: text, path: path) }
    try index.checkNames(path)
    return index
  }

  /// Reads an index from its text.
  ///
  /// - Parameter path: the file, for messages.
  /// - Throws: `CheckpointError`.
  public init(json: UnsafeRawBufferPointer, path: String) throws {
    var map: [(tensor: TensorName, shard: TensorName)]?
    do {
      map = try json.withMemoryRebound(to: UInt8.self) { try ShardedIndex.readMap($0) }
    } catch let fault as JSONFault {
      throw CheckpointError.json(path: path, tensor: nil, fault)
    }
    guard let map else { throw CheckpointError.noWeightMap(path: path) }
    guard !map.isEmpty else { throw CheckpointError.noTensors(path: path) }
    // Tensors of one shard usually follow each other.
    var names: Set<TensorName> = []
    for (number, entry) in map.enumerated()
    where number == 0 || entry.shard != map[number - 1].shard {
      names.insert(entry.shard)
    }
    let sorted = names.sorted()
    let numbers = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
    var last: (shard: TensorName, number: Int)?
    weightMap = map.map { tensor, shard in
      if let last, last.shard == shard { return (tensor, last.number) }
      let number = numbers[shard] ?? 0
      last = (shard, number)
      return (tensor, number)
    }
    shards = sorted.map(\.string)
    try checkNames(path)
  }

  /// Refuses shards that are no plain names of the kind of file that the index says.
  private func checkNames(_ path: String) throws {
    let ending = path.hasSuffix(".bin.index.json") ? ".bin" : ".safetensors"
    for (number, shard) in shards.enumerated()
    where !ShardedIndex.isPlainName(shard, ending: ending) {
      throw CheckpointError.shardName(
        index: path, tensor: weightMap.first { $0.shard == number }?.tensor ?? "", shard: shard,
        ending: ending)
    }
  }

  private static func readMap(
    _ json: UnsafeBufferPointer<UInt8>
  ) throws -> [(tensor: TensorName, shard: TensorName)]? {
    var scanner = JSONScanner(json)
    var map: [(tensor: TensorName, shard: TensorName)]?
    var keys = KeySet()
    scanner.skipSpace()
    try scanner.object { scanner, key in
      try keys.insert(key, in: scanner)
      guard key == "weight_map" else { return try scanner.skipValue(depth: 1) }
      var members: [(tensor: TensorName, shard: TensorName)] = []
      var names = KeySet()
      try scanner.object { scanner, name in
        try names.insert(name, in: scanner)
        members.append((TensorName(name), TensorName(try scanner.string())))
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
