/// An ordered table of tensors whose values are read slice by slice.
///
/// Checkpoint files, tensors in memory and merged models all conform, so a merge can be the input
/// of another merge and nothing is held that is not asked for. Reading is safe from several
/// threads at once and always yields the same bytes for the same slice.
public protocol StateDict: Sendable {
  /// Names, types and shapes.
  var manifest: Manifest { get }

  /// What to call it in messages: a path, or the method that merges it.
  var label: String { get }

  /// Copies the elements of `slice`, in their stored type, to `destination`.
  ///
  /// - Parameter destination: exactly `slice.count` elements of the tensor's type.
  /// - Throws: when the values cannot be read or computed.
  func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws

  /// The same values with floating-point tensors in another type, rounded once on reading.
  ///
  /// - Throws: `TensorError.tooLarge`.
  func casting(to dtype: DType) throws -> any StateDict
}

extension StateDict {
  /// Rounds what is read; a merge rounds its sums instead.
  public func casting(to dtype: DType) throws -> any StateDict {
    try CastStateDict(self, to: dtype)
  }
}

extension StateDict {
  /// The whole tensor called `name`, in memory.
  ///
  /// - Throws: `TensorError.missing`, and what reading throws.
  public func tensor(_ name: TensorName) throws -> Tensor {
    guard let position = manifest.position(of: name) else {
      throw TensorError.missing(name, in: label, didYouMean: nil)
    }
    return try tensor(at: position)
  }

  /// The whole tensor at `position` of the manifest, in memory.
  ///
  /// - Throws: what reading throws.
  public func tensor(at position: Int) throws -> Tensor {
    let info = manifest.tensors[position]
    return try Tensor(info) { bytes in
      if info.count > 0 {
        try read(Slice(tensor: position, elements: 0..<info.count), into: bytes)
      }
    }
  }
}
