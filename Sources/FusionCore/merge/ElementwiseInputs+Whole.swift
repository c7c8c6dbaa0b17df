import Tensors

extension ElementwiseInputs {
  /// Reads a whole tensor of the pre-trained model.
  ///
  /// - Parameter values: the place for all elements, row after row.
  /// - Throws: `PoolError.noPretrained` where there is none, and what reading throws.
  public func readBase(
    _ tensor: Int, into values: UnsafeMutableBufferPointer<Double>
  ) throws {
    guard let base else { throw PoolError.noPretrained(available: modelNames) }
    try read(base, at: tensor, into: values)
  }

  /// Reads a whole tensor of model `m`, as it is stored.
  ///
  /// - Throws: what reading throws.
  public func readValues(
    _ m: Int, _ tensor: Int, into values: UnsafeMutableBufferPointer<Double>
  ) throws {
    try read(members[m].source, at: members[m].positions[tensor], into: values)
  }

  /// Reads a whole tensor of model `m` and subtracts the base's, rounding the difference to the
  /// precision that the two are stored in.
  ///
  /// - Parameter base: what `readBase` gave.
  /// - Throws: what reading throws.
  public func readTaskVector(
    _ m: Int, _ tensor: Int, less base: UnsafeBufferPointer<Double>,
    into values: UnsafeMutableBufferPointer<Double>
  ) throws {
    precondition(base.count == values.count)
    try readValues(m, tensor, into: values)
    let position = members[m].positions[tensor]
    let precision = DType.promoted(
      manifest.tensors[tensor].dtype, members[m].source.manifest.tensors[position].dtype)
    SumSlab(values: values).subtract(base)
    guard precision != .float64 else { return }
    let run = 1 << 14
    withUnsafeTemporaryAllocation(byteCount: run * precision.byteCount, alignment: 64) { bytes in
      for start in stride(from: 0, to: values.count, by: run) {
        let part = UnsafeMutableBufferPointer(
          rebasing: values[start..<min(start + run, values.count)])
        let stored = UnsafeMutableRawBufferPointer(
          rebasing: bytes[0..<part.count * precision.byteCount])
        Conversion.store(UnsafeBufferPointer(part), as: precision, into: stored)
        Conversion.load(UnsafeRawBufferPointer(stored), as: precision, into: part)
      }
    }
  }

  private func read(
    _ source: any StateDict, at position: Int, into values: UnsafeMutableBufferPointer<Double>
  ) throws {
    let info = source.manifest.tensors[position]
    precondition(values.count == info.count)
    guard info.count > 0 else { return }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: info.byteCount, alignment: 64)
    defer { bytes.deallocate() }
    try source.read(Slice(tensor: position, elements: 0..<info.count), into: bytes)
    Conversion.load(UnsafeRawBufferPointer(bytes), as: info.dtype, into: values)
  }
}
