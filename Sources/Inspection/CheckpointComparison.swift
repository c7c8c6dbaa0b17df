internal import CFusionKernels
import Checkpoints
import Foundation
import FusionCore
import OrderedCollections
import Tensors
import Threading

/// How far two checkpoints are apart, tensor by tensor.
public struct CheckpointComparison {
  /// Two tensors of one name.
  public struct Pair: Equatable {
    /// Name, type and shape in the first checkpoint.
    public let first: TensorInfo
    /// The same in the second.
    public let second: TensorInfo
    /// How far apart; nil when the shapes differ.
    public let distance: Distance?
  }

  /// How far two tensors of one shape are apart, as values whatever their types.
  public struct Distance: Equatable {
    /// Whether type and bytes are the same.
    public var isIdentical = true
    /// Positions whose values differ; NaN equals NaN here, and -0 equals 0.
    public var differing = 0
    /// The largest |a - b|; NaN where one of the two is NaN.
    public var largest = 0.0
    /// ‖a - b‖, the square root of the sum of squares.
    public var l2 = 0.0
    /// ‖a - b‖ / ‖a‖; 0 for equal tensors, infinite where a is zero and b is not.
    public var relative = 0.0
  }

  /// Tensors that both have, in the order of the first.
  public let pairs: [Pair]
  /// Names that only the first has, in its order.
  public let onlyInFirst: [TensorName]
  /// Names that only the second has, in its order.
  public let onlyInSecond: [TensorName]

  /// Whether both hold the same tensors with the same bytes.
  public var isIdentical: Bool {
    onlyInFirst.isEmpty && onlyInSecond.isEmpty
      && pairs.allSatisfy { $0.distance?.isIdentical == true }
  }

  /// Compares two checkpoints; the values are dealt to ranks and threads. Sums are added up in an
  /// order that does not depend on them.
  ///
  /// Every process of `world` needs to call this.
  ///
  /// - Throws: `AgreedError`.
  public init(_ first: String, _ second: String, in world: any Fabric) throws {
    let (a, b) = try world.agreeing { (try Checkpoint.open(first), try Checkpoint.open(second)) }
    onlyInFirst = a.manifest.tensors.map(\.name).filter { b.manifest.position(of: $0) == nil }
    onlyInSecond = b.manifest.tensors.map(\.name).filter { a.manifest.position(of: $0) == nil }
    let partners = a.manifest.tensors.map { tensor in
      b.manifest.position(of: tensor.name).flatMap {
        b.manifest.tensors[$0].shape == tensor.shape ? $0 : nil
      }
    }
    let pieces = a.manifest.slices(limit: 1 << 18).filter { partners[$0.tensor] != nil }
    let distances = try Self.distances(a, b, partners, pieces, in: world)
    pairs = a.manifest.tensors.enumerated().compactMap { position, tensor in
      guard let other = b.manifest.position(of: tensor.name) else { return nil }
      return Pair(
        first: tensor, second: b.manifest.tensors[other],
        distance: partners[position] == nil ? nil : distances[position])
    }
  }

  /// For every tensor of `a` how far it is from its partner.
  private static func distances(
    _ a: Checkpoint, _ b: Checkpoint, _ partners: [Int?], _ pieces: [Slice], in world: any Fabric
  ) throws -> [Distance] {
    let (rank, ranks) = (world.globalRank, world.worldSize)
    let mine = pieces.count * rank / ranks..<pieces.count * (rank + 1) / ranks
    let parts = try world.agreeing {
      try Parallel(threads: world.threads).forEach(
        mine.count, makeState: { PieceDistances() }
      ) { state, index in
        let piece = pieces[mine.lowerBound + index]
        guard let partner = partners[piece.tensor] else { return }
        try state.add(mine.lowerBound + index, piece, of: a, partner, of: b)
      }
    }
    var sums = [Double](repeating: 0, count: pieces.count * PieceDistances.width)
    for (piece, values) in parts.flatMap(\.found) {
      for (n, value) in values.enumerated() { sums[piece * values.count + n] = value }
    }
    // Zero but at the owner.
    try sums.withUnsafeMutableBytes { try world.join($0) }
    var totals = a.manifest.tensors.indices.map { position in
      let partner = partners[position].map { b.manifest.tensors[$0].dtype }
      return Distance(isIdentical: partner == a.manifest.tensors[position].dtype)
    }
    var norms = [Double](repeating: 0, count: totals.count)
    for (index, piece) in pieces.enumerated() {
      let values = sums[index * PieceDistances.width..<(index + 1) * PieceDistances.width]
      let v = Array(values)
      let t = piece.tensor
      totals[t].differing += Int(v[0])
      totals[t].largest =
        totals[t].largest.isNaN || v[1].isNaN ? .nan : max(totals[t].largest, v[1])
      totals[t].l2 += v[2]
      norms[t] += v[3]
      if v[4] != 0 { totals[t].isIdentical = false }
    }
    for t in totals.indices {
      totals[t].l2 = totals[t].l2.squareRoot()
      totals[t].relative = totals[t].differing == 0 ? 0 : totals[t].l2 / norms[t].squareRoot()
    }
    return totals
  }
}

/// The distances of one thread's pieces.
private final class PieceDistances {
  /// Numbers of a piece: differing positions, largest, squares of a - b, squares of a, whether
  /// bytes differ.
  static let width = 5
  private(set) var found: [(piece: Int, values: [Double])] = []
  private let stored = (ScratchBytes(), ScratchBytes())
  private let wide = (ScratchBytes(), ScratchBytes())

  func add(
    _ number: Int, _ piece: Slice, of a: Checkpoint, _ partner: Int, of b: Checkpoint
  ) throws {
    let types = (a.manifest.tensors[piece.tensor].dtype, b.manifest.tensors[partner].dtype)
    let x = stored.0.room(piece.count * types.0.byteCount)
    let y = stored.1.room(piece.count * types.1.byteCount)
    try a.read(piece, into: x)
    try b.read(Slice(tensor: partner, elements: piece.elements), into: y)
    var differing: Int64 = 0
    var (largest, squares, own) = (0.0, 0.0, 0.0)
    let p = wide.0.room(piece.count * 8).bindMemory(to: Double.self)
    let q = wide.1.room(piece.count * 8).bindMemory(to: Double.self)
    Conversion.load(UnsafeRawBufferPointer(x), as: types.0, into: p)
    Conversion.load(UnsafeRawBufferPointer(y), as: types.1, into: q)
    ck_distance_f64(
      p.baseAddress, q.baseAddress, piece.count, &largest, &squares, &own, &differing)
    var isSame = types.0 == types.1
    if isSame, let p = x.baseAddress, let q = y.baseAddress { isSame = memcmp(p, q, x.count) == 0 }
    found.append((number, [Double(differing), largest, squares, own, isSame ? 0 : 1]))
  }
}
