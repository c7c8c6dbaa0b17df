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
    try withStoredValues(m, tensor) { stored, dtype in
      let precision = precision(m, tensor)
      for run in Self.runs(of: values.count) {
        let part = UnsafeMutableBufferPointer(rebasing: values[run])
        subtract(base, from: stored, dtype, at: run, roundedTo: precision, into: part)
      }
    }
  }

  /// Adds what `readTaskVector` gives to `sum`.
  ///
  /// - Parameter base: what `readBase` gave.
  /// - Throws: what reading throws.
  public func addTaskVector(
    _ m: Int, _ tensor: Int, less base: UnsafeBufferPointer<Double>,
    to sum: UnsafeMutableBufferPointer<Double>
  ) throws {
    precondition(base.count == sum.count)
    try withStoredValues(m, tensor) { stored, dtype in
      let precision = precision(m, tensor)
      withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.runLength) { difference in
        for run in Self.runs(of: sum.count) {
          let part = UnsafeMutableBufferPointer(rebasing: difference[0..<run.count])
          subtract(base, from: stored, dtype, at: run, roundedTo: precision, into: part)
          SumSlab(values: UnsafeMutableBufferPointer(rebasing: sum[run]))
            .add(.float64(part))
        }
      }
    }
  }

  /// What is computed at a time stays in the processor's cache.
  private static let runLength = 1 << 12

  private static func runs(of count: Int) -> some Sequence<Range<Int>> {
    stride(from: 0, to: count, by: runLength).lazy.map { $0..<min($0 + runLength, count) }
  }

  /// What differences of a tensor of model `m` and of the base are rounded to.
  private func precision(_ m: Int, _ tensor: Int) -> DType {
    let member = members[m]
    return DType.promoted(
      manifest.tensors[tensor].dtype,
      member.source.manifest.tensors[member.positions[tensor]].dtype)
  }

  private func subtract(
    _ base: UnsafeBufferPointer<Double>, from stored: UnsafeRawBufferPointer, _ dtype: DType,
    at run: Range<Int>, roundedTo precision: DType, into values: UnsafeMutableBufferPointer<Double>
  ) {
    let size = dtype.byteCount
    Conversion.load(
      UnsafeRawBufferPointer(
        rebasing: stored[run.lowerBound * size..<run.upperBound * size]), as: dtype, into: values)
    SumSlab(values: values).subtract(UnsafeBufferPointer(rebasing: base[run]))
    guard precision != .float64 else { return }
    withUnsafeTemporaryAllocation(
      byteCount: values.count * precision.byteCount, alignment: 64
    ) { rounded in
      Conversion.store(UnsafeBufferPointer(values), as: precision, into: rounded)
      Conversion.load(UnsafeRawBufferPointer(rounded), as: precision, into: values)
    }
  }

  private func withStoredValues(
    _ m: Int, _ tensor: Int, _ body: (UnsafeRawBufferPointer, DType) -> Void
  ) throws {
    let member = members[m]
    try withStoredValues(member.source, at: member.positions[tensor], body)
  }

  private func withStoredValues(
    _ source: any StateDict, at position: Int, _ body: (UnsafeRawBufferPointer, DType) -> Void
  ) throws {
    let info = source.manifest.tensors[position]
    guard info.count > 0 else { return }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: info.byteCount, alignment: 64)
    defer { bytes.deallocate() }
    // At once: the source may be a merge that computes whole tensors.
    try source.read(Slice(tensor: position, elements: 0..<info.count), into: bytes)
    body(UnsafeRawBufferPointer(bytes), info.dtype)
  }

  private func read(
    _ source: any StateDict, at position: Int, into values: UnsafeMutableBufferPointer<Double>
  ) throws {
    precondition(values.count == source.manifest.tensors[position].count)
    try withStoredValues(source, at: position) { stored, dtype in
      Conversion.load(stored, as: dtype, into: values)
    }
  }
}
