import Tensors

/// A pass over inputs that a method makes before its merge is computed: to find thresholds, norms,
/// votes.
public struct PlannedPass: Sendable {
  let inputs: ElementwiseInputs
  let cut: PassCut

  /// Elements of the tensors that slices may belong to.
  public var elementCounts: [Int] { inputs.manifest.tensors.map(\.count) }
  /// Which share of the elements of slices is read: all of them, unless the pass takes samples.
  public var share: Double { cut.share }

  /// The slices that one part of the ranks reads, as long as they can be.
  public func slices(part: Int, of parts: Int) -> [Slice] {
    cut.slices(part: part, of: parts, limit: .max, in: inputs.manifest)
  }

  /// What reading a slice takes.
  public func work(of slice: Slice) -> ReadingWork { inputs.work(of: slice) }
}
