/// The ordered table of a state dict's tensors: names, types and shapes, no values.
///
/// The elements of all tensors, one tensor after the other in this order, form one long vector.
/// Work is cut on that vector, so a manifest alone says which rank does what.
public struct Manifest: Sendable, Equatable {
  /// The tensors, in order.
  public let tensors: [TensorInfo]
  /// For every tensor the number of elements before it; one entry more than tensors.
  public let elementOffsets: [Int]
  private let positions: [TensorName: Int]

  /// Elements of all tensors together.
  public var elementCount: Int { elementOffsets[tensors.count] }
  /// Bytes of all tensors together.
  public var byteCount: Int { tensors.reduce(0) { $0 + $1.byteCount } }

  /// Makes the table.
  ///
  /// - Throws: `TensorError.duplicateName`, or `.tooLarge` when sizes add up past `Int.max`.
  public init(_ tensors: [TensorInfo]) throws {
    var offsets = [0]
    offsets.reserveCapacity(tensors.count + 1)
    var positions: [TensorName: Int] = [:]
    positions.reserveCapacity(tensors.count)
    var elements = 0
    var bytes = 0
    for (position, tensor) in tensors.enumerated() {
      guard positions.updateValue(position, forKey: tensor.name) == nil else {
        throw TensorError.duplicateName(tensor.name)
      }
      let (nextElements, elementOverflow) = elements.addingReportingOverflow(tensor.count)
      let (nextBytes, byteOverflow) = bytes.addingReportingOverflow(tensor.byteCount)
      guard !elementOverflow, !byteOverflow else {
        throw TensorError.tooLarge(tensor.name, shape: tensor.shape)
      }
      elements = nextElements
      bytes = nextBytes
      offsets.append(elements)
    }
    self.tensors = tensors
    self.elementOffsets = offsets
    self.positions = positions
  }

  /// The position of the tensor called `name`.
  public func position(of name: TensorName) -> Int? { positions[name] }

  /// Equality of the tables.
  public static func == (a: Manifest, b: Manifest) -> Bool { a.tensors == b.tensors }
}
