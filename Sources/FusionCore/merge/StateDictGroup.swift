import Tensors

/// State dicts that are read together: one, or several merges of the same sources, which are then
/// read once for all of them.
public struct StateDictGroup: Sendable {
  /// The state dicts. They have the same tensors in the same order.
  public let models: [any StateDict]
  private let merges: [ElementwiseMerge]

  /// Puts together what can be read together.
  ///
  /// - Returns: for each group the positions in `models` of its members, in order.
  public static func groups(of models: [any StateDict]) -> [[Int]] {
    var groups: [[Int]] = []
    for (position, model) in models.enumerated() {
      let group = groups.firstIndex { members in
        guard let merge = model as? ElementwiseMerge,
          let first = models[members[0]] as? ElementwiseMerge
        else { return false }
        return merge.inputs.sources === first.inputs.sources
      }
      if let group {
        groups[group].append(position)
      } else {
        groups.append([position])
      }
    }
    return groups
  }

  /// A group of state dicts that `groups(of:)` put together.
  public init(_ models: [any StateDict]) {
    self.models = models
    let merges = models.compactMap { $0 as? ElementwiseMerge }
    self.merges = merges.count == models.count ? merges : []
  }

  /// What process `part` of `parts` should read when all of them read everything together.
  public func slices(part: Int, of parts: Int, limit: Int) -> [Slice] {
    models.first?.slices(part: part, of: parts, limit: limit) ?? []
  }

  /// Bytes of a slice of every state dict, which may have different types.
  public func byteCounts(of slice: Slice) -> [Int] {
    models.map { slice.count * $0.manifest.tensors[slice.tensor].dtype.byteCount }
  }

  /// Reads a slice of every state dict.
  ///
  /// - Throws: what reading throws.
  public func read(_ slice: Slice, into destinations: [UnsafeMutableRawBufferPointer]) throws {
    if merges.count > 1 {
      return try ElementwiseMerge.read(slice, of: merges, into: destinations)
    }
    for (model, bytes) in zip(models, destinations) { try model.read(slice, into: bytes) }
  }
}
