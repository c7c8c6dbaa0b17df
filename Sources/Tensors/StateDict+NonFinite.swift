extension StateDict {
  /// How many elements of the tensor at `position` are NaN or infinite, read in runs of 1 MiB;
  /// nothing is read of integers.
  ///
  /// - Throws: what reading throws.
  public func nonFiniteCount(at position: Int) throws -> Int {
    let info = manifest.tensors[position]
    guard info.dtype.isFloatingPoint, info.count > 0 else { return 0 }
    let run = (1 << 20) / info.dtype.byteCount
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(run, info.count) * info.dtype.byteCount, alignment: 4096)
    defer { bytes.deallocate() }
    var found = 0
    var first = 0
    while first < info.count {
      let end = min(first + run, info.count)
      let part = UnsafeMutableRawBufferPointer(
        rebasing: bytes[0..<(end - first) * info.dtype.byteCount])
      try read(Slice(tensor: position, elements: first..<end), into: part)
      found += Conversion.nonFiniteCount(UnsafeRawBufferPointer(part), as: info.dtype)
      first = end
    }
    return found
  }
}
