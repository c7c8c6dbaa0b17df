internal import CMPI

extension Communicator {
  /// Replaces each element by its reduction over the ranks, in place, on all ranks.
  ///
  /// Floating-point sums depend on the number of ranks; see `MPIReduction`.
  ///
  /// - Parameter sleeping: whether to wait asleep, for ranks that come late; costs speed.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func allReduce<Element: MPIElement>(
    _ buffer: UnsafeMutableBufferPointer<Element>, op: MPIReduction<Element>,
    sleeping: Bool = false
  ) throws {
    try call(sleeping ? "MPI_Iallreduce" : "MPI_Allreduce") {
      cmpi_allreduce(
        handle, buffer.baseAddress, Int64(buffer.count), Element.mpiDatatype.code, op.code,
        Int64(chunkElements), sleeping)
    }
  }

  /// Replaces each element by its reduction over the ranks, in place, on all ranks.
  ///
  /// Floating-point sums depend on the number of ranks; see `MPIReduction`.
  ///
  /// - Parameter sleeping: whether to wait asleep, for ranks that come late; costs speed.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func allReduce<Element: MPIElement>(
    _ array: inout [Element], op: MPIReduction<Element>, sleeping: Bool = false
  ) throws {
    try array.withUnsafeMutableBufferPointer { try allReduce($0, op: op, sleeping: sleeping) }
  }

  /// The reduction of one value over the ranks, on all ranks.
  ///
  /// Floating-point sums depend on the number of ranks; see `MPIReduction`.
  ///
  /// - Parameter sleeping: whether to wait asleep, for ranks that come late; costs speed.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func allReduce<Element: MPIElement>(
    _ value: Element, op: MPIReduction<Element>, sleeping: Bool = false
  ) throws -> Element {
    var reduced = value
    try withUnsafeMutablePointer(to: &reduced) {
      try allReduce(UnsafeMutableBufferPointer(start: $0, count: 1), op: op, sleeping: sleeping)
    }
    return reduced
  }

  /// Replaces the root's elements by their reductions over the ranks; the others keep theirs.
  ///
  /// Floating-point sums depend on the number of ranks; see `MPIReduction`.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func reduce<Element: MPIElement>(
    _ buffer: UnsafeMutableBufferPointer<Element>, op: MPIReduction<Element>, to root: Int
  ) throws {
    try call("MPI_Reduce") {
      cmpi_reduce(
        handle, buffer.baseAddress, Int64(buffer.count), Element.mpiDatatype.code, op.code,
        Int32(clamping: root), Int64(chunkElements))
    }
  }

  /// Replaces the root's elements by their reductions over the ranks; the others keep theirs.
  ///
  /// Floating-point sums depend on the number of ranks; see `MPIReduction`.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func reduce<Element: MPIElement>(
    _ array: inout [Element], op: MPIReduction<Element>, to root: Int
  ) throws {
    try array.withUnsafeMutableBufferPointer { try reduce($0, op: op, to: root) }
  }

  /// Reduces over the ranks and gives each rank its own block of the result.
  ///
  /// - Parameters:
  ///   - input: the blocks of all ranks in rank order, `counts` elements each; not changed.
  ///   - output: this rank's block, `counts[rank]` elements, apart from `input`.
  ///   - counts: the lengths of the blocks, the same on all ranks.
  ///
  /// Floating-point sums depend on the number of ranks; see `MPIReduction`.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func reduceScatter<Element: MPIElement>(
    _ input: UnsafeBufferPointer<Element>, into output: UnsafeMutableBufferPointer<Element>,
    counts: [Int], op: MPIReduction<Element>
  ) throws {
    try checkCounts(counts, bufferCount: input.count, for: "reduceScatter")
    try checkBuffer(output.count, expected: counts[rank], for: "reduceScatter")
    let wideCounts = counts.map(Int64.init)
    try call("MPI_Reduce") {
      cmpi_reduce_scatter(
        handle, input.baseAddress, output.baseAddress, wideCounts, Element.mpiDatatype.code,
        op.code, Int64(chunkElements))
    }
  }

  /// Reduces over the ranks and returns this rank's own block of the result.
  ///
  /// - Parameters:
  ///   - array: the blocks of all ranks in rank order.
  ///   - counts: the lengths of the blocks, the same on all ranks.
  ///
  /// Floating-point sums depend on the number of ranks; see `MPIReduction`.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func reduceScatter<Element: MPIElement>(
    _ array: [Element], counts: [Int], op: MPIReduction<Element>
  ) throws -> [Element] {
    try checkCounts(counts, bufferCount: array.count, for: "reduceScatter")
    var own = [Element](repeating: .mpiZero, count: counts[rank])
    try array.withUnsafeBufferPointer { input in
      try own.withUnsafeMutableBufferPointer { output in
        try reduceScatter(input, into: output, counts: counts, op: op)
      }
    }
    return own
  }
}
