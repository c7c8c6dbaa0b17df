import Tensors

extension StateDict {
  /// The bytes of all tensors, one after the other, read as one slice each.
  public func allBytes() throws -> [UInt8] { try bytes(of: manifest.slices()) }

  /// The bytes of `slices`, one after the other.
  public func bytes(of slices: [Slice]) throws -> [UInt8] {
    var bytes: [UInt8] = []
    for slice in slices {
      let count = slice.count * manifest.tensors[slice.tensor].dtype.byteCount
      var part = [UInt8](repeating: 0xAA, count: count)
      try part.withUnsafeMutableBytes { try read(slice, into: $0) }
      bytes += part
    }
    return bytes
  }
}
