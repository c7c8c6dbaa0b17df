internal import CMPI

extension Communicator {
  /// Begins to send bytes, at most `Int32.max`.
  ///
  /// - Parameters:
  ///   - bytes: must stay as they are until the message is complete.
  ///   - tag: tells messages between the same ranks apart, in `0...largestTag`.
  public func beginSend(
    _ bytes: UnsafeRawBufferPointer, to destination: Int, tag: Int
  ) throws -> PendingMessage {
    try checkRank(destination, for: "MPI_Isend")
    let mpiTag = try checkedTag(tag, for: "MPI_Isend")
    var request = cmpi_request()
    try call("MPI_Isend") {
      cmpi_isend(
        handle, bytes.baseAddress, Int64(bytes.count), Int32(clamping: destination), mpiTag,
        &request)
    }
    return PendingMessage(request, name: "MPI_Isend", rank: rank)
  }

  /// Begins to receive a message of at most as many bytes as the buffer has, at most `Int32.max`.
  ///
  /// - Parameters:
  ///   - buffer: must stay, and be left alone, until the message is complete.
  ///   - tag: the tag that the sender gave, in `0...largestTag`.
  public func beginReceive(
    into buffer: UnsafeMutableRawBufferPointer, from source: Int, tag: Int
  ) throws -> PendingMessage {
    try checkRank(source, for: "MPI_Irecv")
    let mpiTag = try checkedTag(tag, for: "MPI_Irecv")
    var request = cmpi_request()
    try call("MPI_Irecv") {
      cmpi_irecv(
        handle, buffer.baseAddress, Int64(buffer.count), Int32(clamping: source), mpiTag, &request)
    }
    return PendingMessage(request, name: "MPI_Irecv", rank: rank)
  }

  /// Begins a barrier: it is complete when all ranks have begun it.
  ///
  /// This method needs to be called on all processes of the communicator.
  public func beginBarrier() throws -> PendingMessage {
    var request = cmpi_request()
    try call("MPI_Ibarrier") { cmpi_ibarrier(handle, &request) }
    return PendingMessage(request, name: "MPI_Ibarrier", rank: rank)
  }

  /// A message with this tag that is there to be received: its sender and its bytes.
  ///
  /// - Parameter tag: in `0...largestTag`.
  public func probe(tag: Int) throws -> (source: Int, byteCount: Int)? {
    let mpiTag = try checkedTag(tag, for: "MPI_Iprobe")
    var isThere = false
    var source: Int32 = 0
    var bytes: Int64 = 0
    try call("MPI_Iprobe") { cmpi_iprobe(handle, mpiTag, &isThere, &source, &bytes) }
    return isThere ? (Int(source), Int(bytes)) : nil
  }
}
