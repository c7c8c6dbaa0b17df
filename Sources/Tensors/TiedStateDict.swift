/// A state dict some of whose tensors are other tensors of it under a second name: equal whatever was
/// done to each, and with names that it lacks.
public struct TiedStateDict: RearrangedStateDict {
  /// The source's table, and what was added.
  public let manifest: Manifest
  /// Where the values come from.
  public let source: any StateDict
  /// For every tensor the position in the source that is read.
  public let positions: [Int]

  /// Ties names of a state dict.
  ///
  /// - Parameter ties: a name, there already or not, and the name of the tensor that is read for it.
  ///   What is there already keeps its place; a tie of tensors of different types or shapes, or to
  ///   a tensor that is not there, is left out.
  /// - Throws: `TensorError` when sizes add up past `Int.max`.
  public init(_ source: any StateDict, ties: [(alias: TensorName, primary: TensorName)]) throws {
    var infos = source.manifest.tensors
    var positions = Array(infos.indices)
    for (alias, primary) in ties {
      guard let target = source.manifest.position(of: primary) else { continue }
      let info = source.manifest.tensors[target]
      if let place = source.manifest.position(of: alias) {
        guard infos[place].dtype == info.dtype, infos[place].shape == info.shape else { continue }
        positions[place] = target
      } else {
        infos.append(try TensorInfo(name: alias, dtype: info.dtype, shape: info.shape))
        positions.append(target)
      }
    }
    self.source = source
    self.positions = positions
    manifest = infos.count == source.manifest.tensors.count ? source.manifest : try Manifest(infos)
  }

  private init(_ source: any StateDict, _ manifest: Manifest, _ positions: [Int]) {
    self.source = source
    self.manifest = manifest
    self.positions = positions
  }

  /// The source's plan; that of the table where names were added.
  public func slices(part: Int, of parts: Int, limit: Int) -> [Slice] {
    positions.count == source.manifest.tensors.count
      ? source.slices(part: part, of: parts, limit: limit)
      : manifest.slices(part: part, of: parts, limit: limit)
  }

  /// The same ties of the source in another type.
  public func casting(to dtype: DType) throws -> any StateDict {
    TiedStateDict(try source.casting(to: dtype), try manifest.casting(to: dtype), positions)
  }
}
