/// A run of elements of one tensor.
public struct Slice: Sendable, Hashable {
  /// The tensor's position in the manifest.
  public let tensor: Int
  /// Elements of the flattened (row-major) tensor.
  public let elements: Range<Int>

  /// Number of elements.
  public var count: Int { elements.count }

  /// Names a run of elements.
  public init(tensor: Int, elements: Range<Int>) {
    self.tensor = tensor
    self.elements = elements
  }
}
