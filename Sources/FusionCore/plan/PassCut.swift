import Tensors

/// How a pass over inputs is dealt to the ranks.
enum PassCut: Sendable {
  /// An equal share for each rank of the elements of all tensors but some; or, where sampled, the
  /// first 1024 of every 65,536 of them.
  case elements(skipping: Set<Int>, sampled: Bool)
  /// Whole pieces.
  case pieces(SlicePieces)

  /// Which share of the elements of `slices(part:of:limit:in:)` is read.
  var share: Double {
    if case .elements(_, true) = self { 1024.0 / 65536 } else { 1 }
  }

  /// The slices that a part reads, or takes samples of.
  ///
  /// - Parameter limit: the most elements of one slice, where it is no piece.
  func slices(part: Int, of parts: Int, limit: Int, in manifest: Manifest) -> [Slice] {
    switch self {
    case .elements(let skipping, _):
      manifest.slices(part: part, of: parts, limit: limit).filter { !skipping.contains($0.tensor) }
    case .pieces(let pieces): Array(pieces.slices[pieces.own(part: part, of: parts)])
    }
  }
}
