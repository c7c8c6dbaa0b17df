import Tensors
import Wording

extension StateDict {
  /// For every tensor of `reference` the position at which this state dict keeps it.
  ///
  /// - Throws: `TensorError` when a tensor is missing, unexpected, of another shape, or a float in
  ///   one and an integer in the other.
  public func positions(matching reference: any StateDict) throws -> [Int] {
    let manifest = manifest
    if manifest == reference.manifest { return Array(manifest.tensors.indices) }
    let positions = try reference.manifest.tensors.enumerated().map { number, expected in
      // Models of one family have the same order.
      let isSame = number < manifest.tensors.count && manifest.tensors[number].name == expected.name
      guard let position = isSame ? number : manifest.position(of: expected.name) else {
        let names = manifest.tensors.count <= 5000 ? manifest.tensors.map(\.name.string) : []
        throw TensorError.missing(
          expected.name, in: label, didYouMean: nearest(to: expected.name.string, among: names))
      }
      let found = manifest.tensors[position]
      guard found.shape == expected.shape else {
        throw TensorError.shapeMismatch(
          expected.name, expected: expected.shape, found: found.shape, in: label,
          reference: reference.label)
      }
      guard found.dtype.isFloatingPoint == expected.dtype.isFloatingPoint else {
        throw TensorError.kindMismatch(
          expected.name, expected: expected.dtype, found: found.dtype, in: label,
          reference: reference.label)
      }
      return position
    }
    if manifest.tensors.count > positions.count {
      for tensor in manifest.tensors where reference.manifest.position(of: tensor.name) == nil {
        throw TensorError.unexpected(tensor.name, in: label, reference: reference.label)
      }
    }
    return positions
  }
}
