import Checkpoints
import FusionCore
import OrderedCollections
import Tensors
import Threading
import Wording

/// What a checkpoint holds: names, types, shapes, and how many values are NaN or infinite.
public struct CheckpointInspection {
  /// One tensor.
  public struct Entry: Equatable {
    /// Name, type, shape.
    public let info: TensorInfo
    /// Values that are NaN or infinite; nil when values were not read.
    public let nonFinite: Int?
  }

  /// The path as it was given.
  public let path: String
  /// The weight files, and their bytes.
  public let files: [(path: String, size: Int)]
  /// The tensors in the order of their data.
  public let entries: [Entry]

  /// Looks into the checkpoint at `path`; the values are dealt to ranks and threads.
  ///
  /// Every process of `world` needs to call this.
  ///
  /// - Parameter readsValues: whether to read all values; otherwise headers alone.
  /// - Throws: `AgreedError`.
  public init(_ path: String, readsValues: Bool = true, in world: any Fabric) throws {
    let checkpoint = try world.agreeing { try Checkpoint.open(path) }
    let tensors = checkpoint.manifest.tensors
    var counts = [Int64](repeating: 0, count: tensors.count)
    if readsValues {
      counts = try world.agreeing { try Self.count(checkpoint, in: world) }
      try world.allReduce(&counts, .sum)
    }
    self.path = path
    files = checkpoint.files.map { ($0.path, $0.status.size) }
    entries = zip(tensors, counts).map {
      Entry(info: $0, nonFinite: readsValues ? Int($1) : nil)
    }
  }

  private static func count(_ checkpoint: Checkpoint, in world: any Fabric) throws -> [Int64] {
    let tensors = checkpoint.manifest.tensors
    let slices = checkpoint.manifest.slices(
      part: world.globalRank, of: world.worldSize, limit: 1 << 18
    ).filter { tensors[$0.tensor].dtype.isFloatingPoint }
    let parts = try Parallel(threads: world.threads).forEach(
      slices.count, makeState: { (counts: [Int: Int](), buffer: ScratchBytes()) }
    ) { state, index in
      let slice = slices[index]
      let dtype = tensors[slice.tensor].dtype
      let bytes = state.buffer.room(slice.count * dtype.byteCount)
      try checkpoint.read(slice, into: bytes)
      state.counts[slice.tensor, default: 0] += Conversion.nonFiniteCount(
        UnsafeRawBufferPointer(bytes), as: dtype)
    }
    var total = [Int64](repeating: 0, count: tensors.count)
    for part in parts {
      for (tensor, count) in part.counts { total[tensor] += Int64(count) }
    }
    return total
  }
}

extension CheckpointInspection {
  /// Elements, bytes and non-finite values of all tensors together.
  private var totals: (elements: Int, bytes: Int, nonFinite: Int?) {
    let counts = entries.compactMap(\.nonFinite)
    return (
      entries.reduce(0) { $0 + $1.info.count }, entries.reduce(0) { $0 + $1.info.byteCount },
      counts.count == entries.count ? counts.reduce(0, +) : nil
    )
  }

  /// A table for people: a line per tensor, a line of totals.
  public var text: String {
    let rows = entries.map { entry in
      [
        "\(entry.info.name)", entry.info.dtype.rawValue,
        "[\(entry.info.shape.map(String.init).joined(separator: ", "))]",
        "\(entry.info.byteCount)", entry.nonFinite.map { "\($0)" } ?? "-",
      ]
    }
    let totals = totals
    var text = TextTable(
      ["tensor", "type", "shape", "bytes", "non-finite"], rows, right: [3, 4]
    ).text
    text += "\(entries.count) tensors, \(totals.elements) elements, \(totals.bytes) bytes"
    text += " in \(files.count) file\(files.count == 1 ? "" : "s")"
    if let nonFinite = totals.nonFinite { text += "; \(nonFinite) values are NaN or infinite" }
    return text + "\n"
  }

  /// The same for programs.
  public var json: JSONValue {
    let totals = totals
    return .object([
      "path": .string(path),
      "files": .array(
        files.map { .object(["path": .string($0.path), "size": .integer($0.size)]) }),
      "tensors": .array(
        entries.map {
          .object([
            "name": .string($0.info.name.string), "dtype": .string($0.info.dtype.rawValue),
            "shape": .array($0.info.shape.map { .integer($0) }),
            "bytes": .integer($0.info.byteCount),
            "non_finite": $0.nonFinite.map { .integer($0) } ?? .null,
          ])
        }),
      "elements": .integer(totals.elements), "bytes": .integer(totals.bytes),
      "non_finite": totals.nonFinite.map { .integer($0) } ?? .null,
    ])
  }
}
