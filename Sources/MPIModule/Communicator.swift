internal import CMPI

/// A group of processes that can exchange messages.
///
/// The instance owns its MPI handle and frees it when the last reference goes. It is not
/// `Sendable`: MPI may be called only from the thread that called `withMPI`, and every method
/// throws `MPIError.wrongThread` elsewhere.
///
/// Counts are 64 bits wide: data above `chunkElements` elements travels in several MPI calls.
/// All ranks need to pass the same counts to a collective.
public final class Communicator {
  /// The number of elements that one MPI call carries at most: 512 MiB of the widest type.
  package static let defaultChunkElements = 1 << 26

  let handle: cmpi_comm
  /// This process' rank in the communicator, in `0..<size`.
  public let rank: Int
  /// The number of processes in the communicator.
  public let size: Int
  /// The largest number of elements that one MPI call may carry, the same on all ranks.
  package var chunkElements: Int

  /// Takes over `handle`, which is freed with the instance.
  init(owning handle: cmpi_comm, chunkElements: Int) throws {
    var rank: Int32 = 0
    var size: Int32 = 0
    try check("MPI_Comm_rank", rank: 0, cmpi_comm_rank(handle, &rank))
    try check("MPI_Comm_size", rank: Int(rank), cmpi_comm_size(handle, &size))
    self.handle = handle
    self.rank = Int(rank)
    self.size = Int(size)
    self.chunkElements = chunkElements
  }

  deinit {
    // A handle that outlives MPI, or dies on another thread, is left to the end of the process:
    // MPI must not be called there. A failing release leaves nothing to be done either.
    guard cmpi_current_state() == CMPI_READY else { return }
    let code = cmpi_comm_free(handle)
    assert(code == 0, "MPI_Comm_free failed with code \(code)")
  }

  static func duplicateOfWorld() throws -> Communicator {
    var out = cmpi_comm()
    try check("MPI_Comm_dup", rank: 0, cmpi_world_dup(&out))
    return try Communicator(owning: out, chunkElements: defaultChunkElements)
  }

  /// Ends all processes of the job, with `code` brought into 1...125 as its exit status.
  public func abort(code: Int32) -> Never {
    abortMPI(code: code)
  }

  /// Makes one MPI call and throws its error under `name`.
  func call(_ name: String, _ body: () -> Int32) throws {
    try checkRunning(name)
    try check(name, rank: rank, body())
  }

  func checkRank(_ other: Int, for call: String) throws {
    guard other >= 0, other < size else {
      throw MPIError.rankOutOfRange(call: call, rank: other, size: size)
    }
  }

  /// Throws unless there is one count per rank and their sum is the buffer's length.
  func checkCounts(_ counts: [Int], bufferCount: Int, for call: String) throws {
    var total = 0
    var fits = counts.count == size
    for count in counts {
      let (sum, overflow) = total.addingReportingOverflow(count)
      fits = fits && count >= 0 && !overflow
      total = sum
    }
    guard fits, total == bufferCount else {
      throw MPIError.countsDoNotFit(
        call: call, counts: counts, size: size, bufferCount: bufferCount)
    }
  }

  func checkBuffer(_ actual: Int, expected: Int, for call: String) throws {
    guard actual == expected else {
      throw MPIError.bufferCount(call: call, expected: expected, actual: actual)
    }
  }
}
