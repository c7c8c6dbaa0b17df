/// A state dict with the tensors that it lacks taken from another one.
///
/// Tensors stand in the other one's order; what only the first has comes last.
public struct CompletedStateDict: StateDictView {
  /// The table of all tensors.
  public let manifest: Manifest
  /// The state dict that was completed.
  public let source: any StateDict
  private let rest: any StateDict
  /// For every tensor where it is read: its position in the first, or else in the other.
  private let places: [(isOwn: Bool, position: Int)]

  /// Takes from `rest` what `source` lacks.
  ///
  /// - Throws: `TensorError` when sizes add up past `Int.max`.
  public init(_ source: any StateDict, with rest: any StateDict) throws {
    var places = rest.manifest.tensors.enumerated().map { position, tensor in
      source.manifest.position(of: tensor.name).map { (isOwn: true, position: $0) }
        ?? (isOwn: false, position: position)
    }
    for (position, tensor) in source.manifest.tensors.enumerated()
    where rest.manifest.position(of: tensor.name) == nil {
      places.append((true, position))
    }
    self.source = source
    self.rest = rest
    self.places = places
    manifest = try Manifest(
      places.map { place in
        (place.isOwn ? source : rest).manifest.tensors[place.position]
      })
  }

  /// That of what was completed.
  public var label: String { source.label }

  /// Reads from the one or the other.
  public func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    let place = places[slice.tensor]
    try (place.isOwn ? source : rest).read(
      Slice(tensor: place.position, elements: slice.elements), into: destination)
  }

  /// The plans of both, for the tensors that are read from each.
  public func slices(part: Int, of parts: Int, limit: Int) -> [Slice] {
    var own = [Int?](repeating: nil, count: source.manifest.tensors.count)
    var others = [Int?](repeating: nil, count: rest.manifest.tensors.count)
    for (number, place) in places.enumerated() {
      if place.isOwn { own[place.position] = number } else { others[place.position] = number }
    }
    let all = [(source, own), (rest, others)].flatMap { state, numbers in
      state.slices(part: part, of: parts, limit: limit).compactMap { slice in
        numbers[slice.tensor].map { Slice(tensor: $0, elements: slice.elements) }
      }
    }
    return all.sorted {
      ($0.tensor, $0.elements.lowerBound) < ($1.tensor, $1.elements.lowerBound)
    }
  }

  /// What the one or the other takes.
  public func work(of slice: Slice) -> ReadingWork {
    let place = places[slice.tensor]
    return (place.isOwn ? source : rest).work(
      of: Slice(tensor: place.position, elements: slice.elements))
  }

  /// Both in another type, so that a merge rounds its sums once.
  public func casting(to dtype: DType) throws -> any StateDict {
    try CompletedStateDict(try source.casting(to: dtype), with: try rest.casting(to: dtype))
  }
}
