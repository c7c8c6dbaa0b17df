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

  /// Begins to read, where values come from another process; reads at once anywhere else.
  ///
  /// - Parameter destination: as for `read`; it must stay until the read is finished.
  /// - Returns: what to finish; nil when the values are there.
  /// - Throws: when the values cannot be read or computed.
  func begin(
    _ slice: Slice, into destination: UnsafeMutableRawBufferPointer
  ) throws -> (any PendingRead)?

  /// The same values with floating-point tensors in another type, rounded once on reading.
  ///
  /// - Throws: `TensorError.tooLarge`.
  func casting(to dtype: DType) throws -> any StateDict

  /// What process `part` of `parts` should read when all of them read everything together.
  ///
  /// The parts are disjoint and cover every element. Every process gets the same answer for every
  /// part without talking.
  ///
  /// - Parameter limit: the most elements of one slice, where the values can be had in pieces.
  func slices(part: Int, of parts: Int, limit: Int) -> [Slice]

  /// What reading `slice` takes. No value is read for the answer.
  func work(of slice: Slice) -> ReadingWork
}

extension StateDict {
  /// Any run of elements: equal parts, one giant tensor included.
  public func slices(part: Int, of parts: Int, limit: Int) -> [Slice] {
    manifest.slices(part: part, of: parts, limit: limit)
  }

  /// Reads at once.
  public func begin(
    _ slice: Slice, into destination: UnsafeMutableRawBufferPointer
  ) throws -> (any PendingRead)? {
    try read(slice, into: destination)
    return nil
  }

  /// The bytes of the slice come from a file.
  public func work(of slice: Slice) -> ReadingWork {
    ReadingWork(bytesRead: slice.count * manifest.tensors[slice.tensor].dtype.byteCount)
  }

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
