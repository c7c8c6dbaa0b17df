/// Some of the tensors of a state dict, in its order.
public struct SelectedStateDict: RearrangedStateDict {
  /// The table of the selected tensors.
  public let manifest: Manifest
  /// All tensors.
  public let source: any StateDict
  /// For every selected tensor its position in the source.
  public let positions: [Int]
  /// For every tensor of the source its position here; nil where it is not selected.
  private let places: [Int?]

  /// Selects the tensors whose names `isSelected` accepts.
  public init(_ source: any StateDict, where isSelected: (TensorName) -> Bool) throws {
    let positions = source.manifest.tensors.indices.filter {
      isSelected(source.manifest.tensors[$0].name)
    }
    var places = [Int?](repeating: nil, count: source.manifest.tensors.count)
    for (place, position) in positions.enumerated() { places[position] = place }
    self.source = source
    self.positions = positions
    self.places = places
    manifest = try Manifest(positions.map { source.manifest.tensors[$0] })
  }

  /// The source's plan for the selected tensors.
  public func slices(part: Int, of parts: Int, limit: Int) -> [Slice] {
    source.slices(part: part, of: parts, limit: limit).compactMap { slice in
      places[slice.tensor].map { Slice(tensor: $0, elements: slice.elements) }
    }
  }

  /// The same tensors of the source in another type.
  public func casting(to dtype: DType) throws -> any StateDict {
    let selected = Set(manifest.tensors.map(\.name))
    return try SelectedStateDict(try source.casting(to: dtype)) { selected.contains($0) }
  }
}
