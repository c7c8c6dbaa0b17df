/// A state dict whose floating-point tensors are read in another type.
struct CastStateDict: StateDictView {
  let manifest: Manifest
  var label: String { source.label }
  let source: any StateDict

  init(_ source: any StateDict, to dtype: DType) throws {
    self.source = source
    manifest = try source.manifest.casting(to: dtype)
  }

  func slices(part: Int, of parts: Int, limit: Int) -> [Slice] {
    source.slices(part: part, of: parts, limit: limit)
  }

  func work(of slice: Slice) -> ReadingWork { source.work(of: slice) }

  func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    let from = source.manifest.tensors[slice.tensor].dtype
    let to = manifest.tensors[slice.tensor].dtype
    guard from != to else { return try source.read(slice, into: destination) }
    // Read in large runs, which may come from far away; converted in small ones.
    let (readRun, run) = (1 << 18, 1 << 14)
    let stored = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(readRun, slice.count) * from.byteCount, alignment: 64)
    let values = UnsafeMutableBufferPointer<Double>.allocate(capacity: run)
    defer {
      stored.deallocate()
      values.deallocate()
    }
    for start in stride(from: 0, to: slice.count, by: readRun) {
      let end = min(start + readRun, slice.count)
      let first = slice.elements.lowerBound
      try source.read(
        Slice(tensor: slice.tensor, elements: first + start..<first + end),
        into: .init(rebasing: stored[0..<(end - start) * from.byteCount]))
      for done in stride(from: start, to: end, by: run) {
        let count = min(run, end - done)
        let bytes = (done - start) * from.byteCount..<(done - start + count) * from.byteCount
        Conversion.load(.init(rebasing: stored[bytes]), as: from, into: values)
        Conversion.store(
          UnsafeBufferPointer(rebasing: values[0..<count]), as: to,
          into: .init(rebasing: destination[done * to.byteCount..<(done + count) * to.byteCount]))
      }
    }
  }
}

extension Manifest {
  /// The same tensors with the floating-point ones in another type.
  ///
  /// - Throws: `TensorError.tooLarge`.
  public func casting(to dtype: DType) throws -> Manifest {
    try Manifest(tensors.map { $0.dtype.isFloatingPoint ? try $0.with(dtype: dtype) : $0 })
  }
}
