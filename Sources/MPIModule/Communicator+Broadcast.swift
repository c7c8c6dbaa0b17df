internal import CMPI

extension Communicator {
  /// Copies the root's values into the buffers of all ranks; all have the root's length.
  ///
  /// - Parameter sleeping: whether to wait asleep, for a root that comes late; costs speed.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func broadcast<Element: MPIElement>(
    _ buffer: UnsafeMutableBufferPointer<Element>, root: Int, sleeping: Bool = false
  ) throws {
    try call(sleeping ? "MPI_Ibcast" : "MPI_Bcast") {
      cmpi_bcast(
        handle, buffer.baseAddress, Int64(buffer.count), Element.mpiDatatype.code,
        Int32(clamping: root), Int64(chunkElements), sleeping)
    }
  }

  /// Replaces the arrays of all ranks by the root's, whatever their lengths were.
  ///
  /// - Parameter sleeping: whether to wait asleep, for a root that comes late; costs speed.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func broadcast<Element: MPIElement>(
    _ array: inout [Element], root: Int, sleeping: Bool = false
  ) throws {
    var count = array.count
    try withUnsafeMutablePointer(to: &count) {
      try broadcast(
        UnsafeMutableBufferPointer(start: $0, count: 1), root: root, sleeping: sleeping)
    }
    if rank != root { array = [Element](repeating: .mpiZero, count: count) }
    try array.withUnsafeMutableBufferPointer {
      try broadcast($0, root: root, sleeping: sleeping)
    }
  }
}
