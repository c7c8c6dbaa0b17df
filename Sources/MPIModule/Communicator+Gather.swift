internal import CMPI

extension Communicator {
  /// Completes a buffer that holds one block per rank, of which this rank has filled its own.
  ///
  /// - Parameter counts: the lengths of the blocks in rank order, the same on all ranks.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func allGatherV<Element: MPIElement>(
    _ buffer: UnsafeMutableBufferPointer<Element>, counts: [Int]
  ) throws {
    try checkCounts(counts, bufferCount: buffer.count, for: "allGatherV")
    let wideCounts = counts.map(Int64.init)
    try call("MPI_Allgatherv") {
      cmpi_allgatherv(
        handle, buffer.baseAddress, wideCounts, Element.mpiDatatype.code, Int64(chunkElements))
    }
  }

  /// The arrays of all ranks, of any lengths, in rank order, on all ranks.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func allGatherV<Element: MPIElement>(_ array: [Element]) throws -> [[Element]] {
    let counts = try allGather([array.count])
    let start = counts[..<rank].reduce(0, +)
    var all = [Element](repeating: .mpiZero, count: counts.reduce(0, +))
    all.replaceSubrange(start..<start + array.count, with: array)
    try all.withUnsafeMutableBufferPointer { try allGatherV($0, counts: counts) }
    return cut(all, into: counts)
  }

  /// Completes a buffer of equal blocks, one per rank, of which this rank has filled its own.
  ///
  /// The buffer's length is a multiple of `size`, the same on all ranks.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func allGather<Element: MPIElement>(
    _ buffer: UnsafeMutableBufferPointer<Element>
  ) throws {
    let counts = [Int](repeating: buffer.count / size, count: size)
    try allGatherV(buffer, counts: counts)
  }

  /// The arrays of all ranks, all of the same length, one after the other, on all ranks.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func allGather<Element: MPIElement>(_ array: [Element]) throws -> [Element] {
    var all = [Element](repeating: .mpiZero, count: array.count * size)
    let start = array.count * rank
    all.replaceSubrange(start..<start + array.count, with: array)
    try all.withUnsafeMutableBufferPointer { try allGather($0) }
    return all
  }

  /// Collects one block per rank in the root's `output`.
  ///
  /// - Parameters:
  ///   - input: this rank's block, `counts[rank]` elements; not changed.
  ///   - output: on the root, space for all blocks in rank order; not used elsewhere.
  ///   - counts: the lengths of the blocks, the same on all ranks.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func gatherV<Element: MPIElement>(
    _ input: UnsafeBufferPointer<Element>, into output: UnsafeMutableBufferPointer<Element>,
    counts: [Int], root: Int
  ) throws {
    try checkRank(root, for: "gatherV")
    let total = rank == root ? output.count : counts.reduce(0, &+)
    try checkCounts(counts, bufferCount: total, for: "gatherV")
    try checkBuffer(input.count, expected: counts[rank], for: "gatherV")
    let wideCounts = counts.map(Int64.init)
    try call("gatherV") {
      cmpi_gatherv(
        handle, input.baseAddress, output.baseAddress, wideCounts, Element.mpiDatatype.code,
        Int32(clamping: root), Int64(chunkElements))
    }
  }

  /// The arrays of all ranks, of any lengths, in rank order, on the root; empty elsewhere.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func gatherV<Element: MPIElement>(
    _ array: [Element], root: Int
  ) throws -> [[Element]] {
    let counts = try allGather([array.count])
    let total = rank == root ? counts.reduce(0, +) : 0
    var all = [Element](repeating: .mpiZero, count: total)
    try array.withUnsafeBufferPointer { input in
      try all.withUnsafeMutableBufferPointer { output in
        try gatherV(input, into: output, counts: counts, root: root)
      }
    }
    return rank == root ? cut(all, into: counts) : []
  }
}
