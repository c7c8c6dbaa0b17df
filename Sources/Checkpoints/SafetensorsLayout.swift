import Tensors

/// Where every byte of an output stands, known before any value is.
///
/// The bytes that it plans depend on the manifest, the shard size and the metadata only, and are
/// those that the reference writer makes of one file with the same tensors.
public struct SafetensorsLayout: Sendable {
  /// What transformers writes unless told otherwise: 5 GB.
  public static let defaultShardSize = 5_000_000_000

  /// One file of the output.
  public struct Shard: Sendable {
    /// Its final name, without directory.
    public let name: String
    /// The tensors that it holds, as positions in the manifest, in the order of their data.
    public let tensors: [Int]
    /// Length and JSON table, padded: the bytes before the first tensor.
    public let header: [UInt8]
    /// Bytes of the whole file.
    public let size: Int
  }

  /// Where one tensor stands.
  public struct Placement: Sendable, Hashable {
    /// The shard that holds it.
    public let shard: Int
    /// Where its first byte stands in that file.
    public let offset: Int
  }

  /// The tensors, in the order given.
  public let manifest: Manifest
  /// The files, in the order of their names.
  public let shards: [Shard]
  /// For every tensor of the manifest, where it stands.
  public let placements: [Placement]
  /// The index of a sharded output; nil when there is one file.
  public let index: [UInt8]?

  /// Bytes of all weight files together.
  public var byteCount: Int { shards.reduce(0) { $0 + $1.size } }

  /// Plans the files of a model directory: `model.safetensors`, or, above `maxShardSize` bytes of
  /// tensors, `model-00001-of-0000N.safetensors` and an index.
  ///
  /// Shards are filled in the order of the manifest, as transformers does; a tensor above the
  /// limit gets a shard of its own.
  ///
  /// - Parameters:
  ///   - maxShardSize: at least 1.
  ///   - metadata: written in the order given.
  /// - Throws: `CheckpointError.reservedName`, `.headerTooLarge`.
  public init(
    _ manifest: Manifest, maxShardSize: Int = defaultShardSize,
    metadata: [(key: String, value: String)] = [("format", "pt")]
  ) throws {
    let groups = SafetensorsLayout.groups(manifest, limit: maxShardSize)
    let names =
      groups.count == 1
      ? [ModelDirectory.single]
      : groups.indices.map {
        "model-\(fiveDigits($0 + 1))-of-\(fiveDigits(groups.count)).safetensors"
      }
    try self.init(manifest, groups: groups, names: names, metadata: metadata)
  }

  /// Plans one file that holds everything.
  ///
  /// - Throws: `CheckpointError.reservedName`, `.headerTooLarge`.
  public init(
    _ manifest: Manifest, singleFile name: String,
    metadata: [(key: String, value: String)] = [("format", "pt")]
  ) throws {
    try self.init(
      manifest, groups: [Array(manifest.tensors.indices)], names: [name], metadata: metadata)
  }

  private init(
    _ manifest: Manifest, groups: [[Int]], names: [String],
    metadata: [(key: String, value: String)]
  ) throws {
    var placements = [Placement](
      repeating: Placement(shard: 0, offset: 0), count: manifest.tensors.count)
    var shards: [Shard] = []
    for (number, (group, name)) in zip(groups, names).enumerated() {
      let order = group.sorted {
        SafetensorsLayout.precedes(manifest.tensors[$0], manifest.tensors[$1])
      }
      let header = try SafetensorsLayout.header(
        order.map { manifest.tensors[$0] }, metadata: metadata, path: name)
      var offset = header.count
      for position in order {
        placements[position] = Placement(shard: number, offset: offset)
        offset += manifest.tensors[position].byteCount
      }
      shards.append(Shard(name: name, tensors: order, header: header, size: offset))
    }
    self.manifest = manifest
    self.shards = shards
    self.placements = placements
    index =
      shards.count > 1
      ? SafetensorsLayout.index(manifest, placements: placements, names: names) : nil
  }

  /// A checksum of the files' names, headers and sizes, and of `plan`.
  func identity(plan: String) -> String {
    let hash = SHA256()
    for text in [plan] + shards.map({ "\($0.name) \($0.size)" }) {
      hash.update(text)
      hash.update("\0")
    }
    for shard in shards { shard.header.withUnsafeBytes { hash.update($0) } }
    return hash.finish()
  }

  /// Where the bytes of a slice stand: the shard and the range in its file.
  public func location(of slice: Slice) -> (shard: Int, bytes: Range<Int>) {
    let placement = placements[slice.tensor]
    let size = manifest.tensors[slice.tensor].dtype.byteCount
    let start = placement.offset + slice.elements.lowerBound * size
    return (placement.shard, start..<start + slice.count * size)
  }
}

/// `number` with leading zeros.
private func fiveDigits(_ number: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
}
