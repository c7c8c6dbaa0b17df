internal import CMPI

extension Communicator {
  /// The largest tag that a message may have; the next one is taken by collectives.
  public static var largestTag: Int { CMPI_RESERVED_TAG - 1 }

  /// Sends every rank its block and receives one from each.
  ///
  /// - Parameters:
  ///   - input: the blocks for all ranks in rank order, `inputCounts` elements each.
  ///   - output: space for the blocks from all ranks in rank order, apart from `input`.
  ///   - inputCounts: what this rank sends to each.
  ///   - outputCounts: what this rank receives from each: their `inputCounts[rank]`.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func allToAllV<Element: MPIElement>(
    _ input: UnsafeBufferPointer<Element>, inputCounts: [Int],
    into output: UnsafeMutableBufferPointer<Element>, outputCounts: [Int]
  ) throws {
    try checkCounts(inputCounts, bufferCount: input.count, for: "allToAllV")
    try checkCounts(outputCounts, bufferCount: output.count, for: "allToAllV")
    let sent = inputCounts.map(Int64.init)
    let received = outputCounts.map(Int64.init)
    try call("allToAllV") {
      cmpi_alltoallv(
        handle, input.baseAddress, sent, output.baseAddress, received, Element.mpiDatatype.code,
        Int64(chunkElements))
    }
  }

  /// Sends `arrays[r]` to each rank `r` and returns what each rank sent here, in rank order.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func allToAllV<Element: MPIElement>(_ arrays: [[Element]]) throws -> [[Element]] {
    let inputCounts = arrays.map(\.count)
    let input = arrays.flatMap(\.self)
    try checkCounts(inputCounts, bufferCount: input.count, for: "allToAllV")
    let everyCount = try allGather(inputCounts)
    let outputCounts = (0..<size).map { everyCount[$0 * size + rank] }
    var output = [Element](repeating: .mpiZero, count: outputCounts.reduce(0, +))
    try input.withUnsafeBufferPointer { input in
      try output.withUnsafeMutableBufferPointer { output in
        try allToAllV(input, inputCounts: inputCounts, into: output, outputCounts: outputCounts)
      }
    }
    return cut(output, into: outputCounts)
  }

  /// Sends the buffer to one rank, which receives as many elements of the same type.
  ///
  /// May wait until the receiver is there, so that two ranks must not send to each other first.
  ///
  /// - Parameter tag: tells messages between the same ranks apart, in `0...largestTag`.
  public func send<Element: MPIElement>(
    _ buffer: UnsafeBufferPointer<Element>, to destination: Int, tag: Int = 0
  ) throws {
    try checkRank(destination, for: "MPI_Send")
    let mpiTag = try checkedTag(tag, for: "MPI_Send")
    try call("MPI_Send") {
      cmpi_send(
        handle, buffer.baseAddress, Int64(buffer.count), Element.mpiDatatype.code,
        Int32(clamping: destination), mpiTag, Int64(chunkElements))
    }
  }

  /// Sends the array to one rank, which receives as many elements of the same type.
  ///
  /// May wait until the receiver is there, so that two ranks must not send to each other first.
  ///
  /// - Parameter tag: tells messages between the same ranks apart, in `0...largestTag`.
  public func send<Element: MPIElement>(
    _ array: [Element], to destination: Int, tag: Int = 0
  ) throws {
    try array.withUnsafeBufferPointer { try send($0, to: destination, tag: tag) }
  }

  /// Fills the buffer with a message of exactly its length from one rank.
  ///
  /// - Parameters:
  ///   - tag: the tag that the sender gave, in `0...largestTag`.
  ///   - sleeping: whether to wait asleep, for a sender that comes late.
  public func receive<Element: MPIElement>(
    into buffer: UnsafeMutableBufferPointer<Element>, from source: Int, tag: Int = 0,
    sleeping: Bool = false
  ) throws {
    let name = sleeping ? "MPI_Irecv" : "MPI_Recv"
    try checkRank(source, for: name)
    let mpiTag = try checkedTag(tag, for: name)
    try call(name) {
      cmpi_recv(
        handle, buffer.baseAddress, Int64(buffer.count), Element.mpiDatatype.code,
        Int32(clamping: source), mpiTag, Int64(chunkElements), sleeping)
    }
  }

  /// Receives `count` elements from one rank.
  ///
  /// - Parameters:
  ///   - count: the length that the sender gave; not negative.
  ///   - tag: the tag that the sender gave, in `0...largestTag`.
  ///   - sleeping: whether to wait asleep, for a sender that comes late.
  public func receive<Element: MPIElement>(
    _ type: Element.Type = Element.self, count: Int, from source: Int, tag: Int = 0,
    sleeping: Bool = false
  ) throws -> [Element] {
    guard count >= 0 else {
      throw MPIError.bufferCount(call: "MPI_Recv", expected: 0, actual: count)
    }
    var array = [Element](repeating: .mpiZero, count: count)
    try array.withUnsafeMutableBufferPointer {
      try receive(into: $0, from: source, tag: tag, sleeping: sleeping)
    }
    return array
  }

  func checkedTag(_ tag: Int, for call: String) throws -> Int32 {
    guard tag >= 0, tag <= Self.largestTag else {
      throw MPIError.tagOutOfRange(call: call, tag: tag, largest: Self.largestTag)
    }
    return Int32(tag)
  }
}
